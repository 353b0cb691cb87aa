"""What stands printed in a message and may be asked about later: its check code, its case reference."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import CheckRow, ReferenceRow

ASKED_ABOUT = timedelta(days=400)
"""How long anybody may ask whether a message is genuine (*policy*)."""


def check_row(digest: str, now: datetime) -> Row:
    """Return the row that says a message went out (`digest`: links.check_digest), for a batch with others."""
    return CheckRow(keys.check(digest), keys.CHECK, ttl=int((now + ASKED_ABOUT).timestamp()))


def was_sent(digest: str, now: datetime) -> bool:
    """Whether a message with this check code was sent on this day."""
    try:
        row = CheckRow.get(keys.check(digest), keys.CHECK)
    except CheckRow.DoesNotExist:
        return False
    return int(row.ttl) > int(now.timestamp())


def reference_row(case_id: CaseId, kept: timedelta, now: datetime) -> Row:
    """Return the row that leads from a case reference to its loan, for a batch with others."""
    start = keys.reference(case_id.loan_key[:8])
    return ReferenceRow(start, case_id.loan_key, ttl=int((now + kept).timestamp()))


def loans_of(start: str, now: datetime) -> list[str]:
    """Return the keys of the loans whose references begin so: one as a rule, as two may in theory meet."""
    rows = ReferenceRow.query(keys.reference(start), limit=5)
    return [row.sk for row in rows if row.sk.startswith(start) and int(row.ttl) > int(now.timestamp())]
