"""Several unconditional rows in one call."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.store.rows import Row


def put_all(rows: Iterable[Row]) -> None:
    """Write rows (at most 25) in one BatchWriteItem; unprocessed ones are tried again until written."""
    with Row.batch_write() as batch:
        for row in rows:
            batch.save(row)
