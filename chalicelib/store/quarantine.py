"""What came in and cannot be read: kept byte for byte with the reason, until somebody takes it in again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from chalicelib.domain.errors import FieldError
from chalicelib.domain.moments import stamp
from chalicelib.store.archive import Archive

_FOLDER = "quarantine"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One message that waits: the way it came in, whose it is, when it came first (UTC) and what is wrong."""

    key: str
    entry: str
    lender: str
    at: str
    faults: tuple[FieldError, ...]


class Quarantine:
    """Keeps a message under `quarantine/{lender}/{entry}/{its hash}`; the same again is the same."""

    def __init__(self, records: Archive) -> None:
        self._records = records

    def put(self, entry: str, lender: str, body: bytes, faults: Sequence[FieldError], now: datetime) -> str:
        """Keep a message and why it could not be taken in; returns its key. `lender` is - when unknown."""
        key = f"{_FOLDER}/{lender}/{entry}/{hashlib.sha256(body).hexdigest()}"
        why = {"entry": entry, "lender": lender, "at": stamp(now), "faults": [asdict(one) for one in faults]}
        self._records.put(key, body, "application/octet-stream")
        self._records.put(f"{key}.json", json.dumps(why, ensure_ascii=False).encode())
        return key

    def body(self, key: str) -> bytes:
        """Return a message as it came."""
        return self._records.get(key)

    def all(self, lender: str = "") -> Iterator[Quarantined]:
        """Yield what waits, of one lender or of all."""
        for key in self._records.keys(f"{_FOLDER}/{lender}/" if lender else f"{_FOLDER}/"):
            if key.endswith(".json"):
                why = json.loads(self._records.get(key))
                faults = tuple(FieldError(**one) for one in why["faults"])
                yield Quarantined(key.removesuffix(".json"), why["entry"], why["lender"], why["at"], faults)
