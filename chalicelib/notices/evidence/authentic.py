"""Finds out whether the manifest of a bundle is what a key signed, and whose key that is (pure)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.notices.evidence.altered import Fault, is_canonical, read_json
from chalicelib.notices.evidence.chain import sha256
from chalicelib.notices.evidence.seal import ALGORITHM, KEY, MANIFEST, SIGNATURE

Verifies = Callable[[bytes, bytes, bytes], bool]
"""Whether a key (DER) made a signature (DER) over a SHA-256 digest; never raises."""


def authenticate(
    members: Mapping[str, bytes], manifest: Mapping[str, Any], verifies: Verifies, pinned: bytes | None
) -> tuple[list[Fault], bool]:
    """Return what is wrong with key and signature, and whether the trusted key signed the manifest."""
    faults = []
    key, signed = _key(members.get(KEY, b"")), _signature(members.get(SIGNATURE, b""))
    if key is None or sha256(key) != manifest["key_sha256"]:
        faults.append(Fault(KEY, "is not the key that the manifest names"))
    if pinned is not None and pinned != key:
        faults.append(Fault(KEY, "is not the key you trust: somebody else may have signed this bundle"))
    if signed is None:
        faults.append(Fault(SIGNATURE, "is missing or holds no signature"))
    elif (manifest["algorithm"], manifest["key_id"]) != (ALGORITHM, signed.key_id):
        faults.append(Fault(SIGNATURE, "names another key or algorithm than the manifest"))
    digest, trusted = bytes.fromhex(sha256(members[MANIFEST])), pinned or key
    authentic = bool(signed and trusted and verifies(trusted, signed.signature, digest))
    if signed and not authentic:
        faults.append(Fault(MANIFEST, "is not what the key signed: nothing in it can be relied on"))
    return faults, authentic


def _key(pem: bytes) -> bytes | None:
    """Return the DER in a PEM, None when there is none; that no byte of the PEM differs, its hash shows."""
    try:
        return base64.b64decode(b"".join(pem.split(b"\n")[1:-2]), validate=True)
    except (binascii.Error, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Signed:
    key_id: str
    signature: bytes


def _signature(body: bytes) -> _Signed | None:
    """Return the signature in a member of the one form we write, else None."""
    said = read_json(body)
    try:
        found = _Signed(str(said["key_id"]), base64.b64decode(said["signature"], validate=True))
    except (TypeError, KeyError, ValueError):
        return None
    text = base64.b64encode(found.signature).decode()
    expected = {"algorithm": ALGORITHM, "key_id": found.key_id, "signature": text}
    return found if is_canonical(expected, body) else None
