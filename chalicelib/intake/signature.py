"""Standard Webhooks signatures: HMAC-SHA256 over the raw bytes, checked before anything is parsed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chalicelib.domain.errors import SignatureRejected

TOLERANCE_SECONDS = 300  # Standard Webhooks: five minutes either way
_PREFIX = "whsec_"
_MAX_SIGNATURES = 10


def verify(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], moments: Iterable[datetime]
) -> None:
    """Check that one of `secrets` (`whsec_…`) signed the body and the timestamp is fresh.

    `headers` have lower-case names; `moments` are the clocks the sender may go by (aware). Raises
    SignatureRejected in every other case, without saying which.
    """
    identifier = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ")[:_MAX_SIGNATURES]
    fresh = identifier != "" and _is_fresh(timestamp, moments)
    signed = _bytes(f"{identifier}.{timestamp}.") + body
    expected = [_sign(secret, signed) for secret in secrets]
    # Every pair is compared, so that the time taken tells nothing about which secret came close.
    hits = [hmac.compare_digest(_bytes(one), other.encode()) for one in given for other in expected]
    if not (any(hits) and fresh):
        raise SignatureRejected("the signature does not match")


def _bytes(header: str) -> bytes:
    """A header may hold what is no character at all; that is a wrong signature, not our error."""
    return header.encode("utf-8", "replace")


def _is_fresh(timestamp: str, moments: Iterable[datetime]) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return any(abs(moment.timestamp() - int(timestamp)) <= TOLERANCE_SECONDS for moment in moments)


def _sign(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX))
    except binascii.Error as error:
        raise ValueError("a webhook secret in Secrets Manager is not whsec_ + base64") from error
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
