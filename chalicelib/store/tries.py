"""The try limit on what is known to one person alone: counted before what was typed is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.exceptions import UpdateError

from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.visitor_rows import TriesRow
from chalicelib.store.writes import lost

LIMIT = 5  # *policy*: at most 5 tries, locked out by case and by link or reference, not by address
LOCK = timedelta(hours=24)


def of_case(case_id: CaseId) -> TriesRow:
    """Return the row that counts a case's tries; without it they count anew."""
    return TriesRow(keys.loan(case_id.loan_key), f"{case_id.generation:04d}#{keys.TRIES}")


def complaint_row(reference: str) -> TriesRow:
    """Return the row that counts the tries to see a complaint, whether there is such a one or not."""
    return TriesRow(keys.complaint(reference), keys.TRIES)


def of_signing(case_id: CaseId, signer: str = "") -> TriesRow:
    """Return the row that counts the tries at the codes that sign: the borrower's, or a staff `signer`'s."""
    return TriesRow(keys.loan(case_id.loan_key), f"{keys.signing_code(case_id, signer)}#{keys.TRIES}")


def of_letters(person: str) -> TriesRow:
    """Return the row that counts the letters to an address that a stranger gave, by its keyed hash."""
    return TriesRow(keys.person(person), f"LETTERS#{keys.TRIES}")


def of_link(digest: str) -> TriesRow:
    """Return the row that counts the tries over one link: another link's success does not renew them."""
    return TriesRow(keys.link(digest), keys.TRIES)


def of_reference(start: str, generation: int) -> TriesRow:
    """Return the row that counts the tries at one case reference, whether it is anybody's or not."""
    return TriesRow(keys.reference(start), f"{generation:04d}#{keys.TRIES}")


def locked(counted: TriesRow, now: datetime) -> bool:
    """Whether no try is left (strongly consistent); uses none up."""
    try:
        row = TriesRow.get(counted.pk, counted.sk, consistent_read=True)
    except TriesRow.DoesNotExist:
        return False
    return int(row.tries) >= LIMIT and int(row.ttl) > int(now.timestamp())


def take(row: TriesRow, now: datetime) -> int | None:
    """Use up one try and return how many are left, or None when there is none.

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
