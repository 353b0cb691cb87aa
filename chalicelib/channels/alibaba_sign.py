"""Alibaba Cloud's request signature, version 3 (ACS3-HMAC-SHA256), as a pure function."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

_ALGORITHM = "ACS3-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key: its id, which may be shown, and its secret."""

    key_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an RPC-style API: everything that is signed, parameters in the query and no body."""

    host: str
    action: str
    version: str
    parameters: Mapping[str, str]

    @property
    def query(self) -> str:
        """The canonical query string: sorted, percent-encoded as RFC 3986 has it."""
        pairs = sorted(self.parameters.items())
        return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)


def signed_headers(call: Call, credentials: Credentials, at: datetime, nonce: str) -> dict[str, str]:
    """Return the headers of a POST of `call` to `/`, `Authorization` among them; `at` is aware.

    The service takes a date at most 15 minutes old, and a nonce once.
    """
    nothing = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": call.host,
        "x-acs-action": call.action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": call.version,
    }
    names = ";".join(headers)  # written in order above, as the signature wants them
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(("POST", "/", call.query, lines, names, nothing))
    to_sign = f"{_ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(credentials.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={credentials.key_id},SignedHeaders={names},Signature={signature}"
    return headers | {"Authorization": f"{_ALGORITHM} {credential}"}


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
