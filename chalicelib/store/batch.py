"""Several unconditional rows in one call."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.store.rows import Row


def write(rows: Iterable[Row], *, gone: Iterable[Row] = ()) -> None:
    """Write rows and delete those `gone` (25 in all) in one call; unprocessed ones are tried again."""
    with Row.batch_write() as batch:
        for row in rows:
            batch.save(row)
        for row in gone:
            batch.delete(row)
