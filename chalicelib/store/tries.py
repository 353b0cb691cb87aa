"""The try limit on what is known to one person alone: counted before what was typed is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.exceptions import UpdateError

from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.rows import TriesRow
from chalicelib.store.writes import lost

LIMIT = 5  # *policy*: at most 5 tries, locked out by case, not by address
LOCK = timedelta(hours=24)


def row_of(case_id: CaseId) -> TriesRow:
    """Return the row that counts a case's tries; without it they count anew."""
    return TriesRow(keys.loan(case_id.loan_key), f"{case_id.generation:04d}#{keys.TRIES}")


def complaint_row(reference: str) -> TriesRow:
    """Return the row that counts the tries to see a complaint, whether there is such a one or not."""
    return TriesRow(keys.complaint(reference), keys.TRIES)


def take(case_id: CaseId, now: datetime) -> int | None:
    """Use up one try at a case's second factor and return how many are left, or None when it is locked."""
    return count(row_of(case_id), now)


def count(row: TriesRow, now: datetime) -> int | None:
    """Use up one try and return how many are left, or None when it is locked.

    Counting before comparing means that parallel guesses cannot share one try. The count starts anew
    24 hours after the first try.
    """
    ends = int((now + LOCK).timestamp())
    try:
        row.update(
            [TriesRow.tries.add(1), TriesRow.ttl.set(TriesRow.ttl | ends)],
            condition=TriesRow.tries.does_not_exist()
            | ((TriesRow.tries < LIMIT) & (TriesRow.ttl > int(now.timestamp()))),
        )
    except UpdateError as error:
        if not lost(error):
            raise
        return _restart(row, now)
    return LIMIT - int(row.tries)


def _restart(row: TriesRow, now: datetime) -> int | None:
    try:
        row.update(
            [TriesRow.tries.set(1), TriesRow.ttl.set(int((now + LOCK).timestamp()))],
            condition=TriesRow.ttl <= int(now.timestamp()),
        )
    except UpdateError as error:
        if not lost(error):
            raise
        return None
    return LIMIT - 1
