"""Receipts about no notice that is known: kept as they came for a month, to be matched later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.store import keys
from chalicelib.store.rows import UnmatchedRow

_KEPT = timedelta(days=30)


def keep(body: str, now: datetime) -> None:
    """Keep a receipt; the same one again replaces itself."""
    name = hashlib.sha256(body.encode()).hexdigest()
    UnmatchedRow(keys.UNMATCHED, name, body=body, at=now, ttl=int((now + _KEPT).timestamp())).save()


def some(start: str, limit: int) -> Iterator[tuple[str, str]]:
    """Yield (name, body) of at most `limit` receipts, from `start` (hex) on and round to it again."""
    for part in (UnmatchedRow.sk > start, UnmatchedRow.sk <= start):
        for row in UnmatchedRow.query(keys.UNMATCHED, part, limit=limit):
            yield row.sk, row.body
            limit -= 1
        if not limit:
            return


def forget(name: str) -> None:
    """Drop a receipt that found its place."""
    UnmatchedRow(keys.UNMATCHED, name).delete()
