"""What a seal states, as one canonical line that a certificate carries and a program reads (pure)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.moments import from_stamp, stamp

SCHEMA = "accord-seal/1"
_IN_PDF = re.compile(rb"accord-seal/1 ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signed in which part, when (UTC), and `how` (`CODE` sent to `to`, or as `STAFF`)."""

    party: str
    name: str
    at: datetime
    how: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A seal: the document's SHA-256 (hex), who signed it, and the key's signature over that very hash.

    `key` is the public key (DER), `signature` ECDSA (DER); moments are UTC.
    """

    reference: str
    digest: str
    signatories: tuple[Signatory, ...]
    sealed_at: datetime
    key_id: str
    key: bytes
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the public key, hex."""
        return hashlib.sha256(self.key).hexdigest()

    def keywords(self) -> str:
        """Return the line that a certificate's PDF carries."""
        said: dict[str, Any] = asdict(self) | {
            "signatories": [asdict(each) | {"at": stamp(each.at)} for each in self.signatories],
            "sealed_at": stamp(self.sealed_at),
            "key": base64.b64encode(self.key).decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }
        line = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f"{SCHEMA} {base64.b64encode(line.encode()).decode()}"


def statement_in(certificate: bytes) -> Statement | None:
    """Return what a certificate's PDF states, None when it is no such PDF."""
    found = _IN_PDF.search(certificate.replace(b"\\\n", b""))
    if found is None:
        return None
    try:
        said = json.loads(base64.b64decode(found[1], validate=True))
        people = [Signatory(**{**each, "at": from_stamp(each["at"])}) for each in said["signatories"]]
        decoded = {name: base64.b64decode(said[name], validate=True) for name in ("key", "signature")}
        rest = {"signatories": tuple(people), "sealed_at": from_stamp(said["sealed_at"])}
        return Statement(**{**said, **decoded, **rest})
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
