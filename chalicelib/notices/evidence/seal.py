"""Makes a bundle of a case's records: entries, files, a signed manifest, and how to check it by hand."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.domain.case import Case
from chalicelib.domain.moments import stamp
from chalicelib.notices.evidence.chain import Record, canonical, chain, head, joined, sha256
from chalicelib.texts import FOLDER, fill

SCHEMA = "accord-evidence/1"
ALGORITHM = "ECDSA_SHA_256"
ENTRIES, MANIFEST, SIGNATURE = "entries.jsonl", "manifest.json", "signature.json"
KEY, SUMMARY, HOW = "key.pem", "summary.pdf", "VERIFY.txt"


class Signer(Protocol):
    """A key that signs evidence: ECDSA on P-256; `key_id` is how its keeper knows it."""

    key_id: str

    def public_key(self) -> bytes:
        """Return the public key: a SubjectPublicKeyInfo (RFC 5280) in DER."""
        ...

    def sign(self, digest: bytes) -> bytes:
        """Return the signature (DER, RFC 3279) over a SHA-256 digest of 32 bytes."""
        ...


def seal(
    case: Case, records: Sequence[Record], summary: bytes, created_at: datetime, signer: Signer
) -> dict[str, bytes]:
    """Return the members of a bundle by name.

    The same records, summary, moment and key give the same bytes, but for the signature. Raises ValueError
    when two different files would have one name.
    """
    lines, key = chain(records), signer.public_key()
    fingerprint = sha256(key)
    members = {
        ENTRIES: joined(lines),
        KEY: as_pem(key),
        SUMMARY: summary,
        HOW: _how(case, fingerprint),
    }
    files = _files(records)
    manifest = {
        "schema": SCHEMA,
        "case_id": str(case.id),
        "reference": case.id.reference,
        "profile": case.profile,
        "profile_version": case.profile_version,
        "created_at": stamp(created_at),
        "algorithm": ALGORITHM,
        "key_id": signer.key_id,
        "key_sha256": fingerprint,
        "head": head(lines),
        "counts": {"entries": len(lines), "files": len(files), "kinds": Counter(r.kind for r in records)},
        "contents": [
            {"kind": record.kind, "what": record.what, "sha256": sha256(line)}
            for record, line in zip(records, lines, strict=True)
        ],
        "members": {name: sha256(body) for name, body in members.items()},
    }
    members[MANIFEST] = canonical(manifest)
    members[SIGNATURE] = signature(signer, members[MANIFEST])
    return members | files


def signature(signer: Signer, manifest: bytes) -> bytes:
    """Return the member that holds the signature over a manifest."""
    signed = signer.sign(bytes.fromhex(sha256(manifest)))
    said = {"algorithm": ALGORITHM, "key_id": signer.key_id, "signature": base64.b64encode(signed).decode()}
    return canonical(said)


def as_pem(key: bytes) -> bytes:
    """Return a DER public key as PEM (RFC 7468)."""
    text = base64.b64encode(key).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


def _files(records: Sequence[Record]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for record in records:
        if record.path and files.setdefault(record.path, record.body) != record.body:
            raise ValueError(f"two records have different bytes for {record.path}")
    return files


def _how(case: Case, fingerprint: str) -> bytes:
    text = (FOLDER / "evidence" / "VERIFY.txt").read_text(encoding="utf-8")
    filled: str = fill(text, case_id=str(case.id), fingerprint=fingerprint)
    return filled.encode()
