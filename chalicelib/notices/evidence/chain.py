"""The entries of a bundle, each holding the hash of the one before (pure); docs/evidence.md is the format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain.moments import stamp

GENESIS = "0" * 64
"""What the first entry, which has none before it, holds in `previous`."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing on record, before it has its place in a chain.

    `what` says in a few words which of its kind it is, `detail` what it holds. `path` (`files/…`) and `body`
    are the file it stands for, both empty when `detail` says all.
    """

    kind: str
    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    path: str = ""
    body: bytes = b""


def canonical(value: Any) -> bytes:
    """Return JSON in its one form: keys sorted, no spaces, UTF-8; raises ValueError for NaN."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def sha256(body: bytes) -> str:
    """Return the SHA-256 of some bytes, 64 hex characters."""
    return hashlib.sha256(body).hexdigest()


def chain(records: Iterable[Record]) -> list[bytes]:
    """Return the records as lines (no newline at their ends), each with the SHA-256 of the line before."""
    lines: list[bytes] = []
    previous = GENESIS
    for index, record in enumerate(records):
        entry = {
            "index": index,
            "kind": record.kind,
            "at": stamp(record.at) if record.at else None,
            "what": record.what,
            "detail": record.detail,
            "file": record.path or None,
            "sha256": sha256(record.body) if record.path else None,
            "previous": previous,
        }
        lines.append(canonical(entry))
        previous = sha256(lines[-1])
    return lines


def head(lines: list[bytes]) -> str:
    """Return the hash of the last line, which stands for all before it."""
    return sha256(lines[-1]) if lines else GENESIS


def joined(lines: Iterable[bytes]) -> bytes:
    """Return the lines as the file `entries.jsonl`, each ended by a newline."""
    return b"".join(line + b"\n" for line in lines)


def split(body: bytes) -> list[bytes]:
    """Return the lines of `entries.jsonl`; what stands after the last newline is a line too."""
    lines = body.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines
