"""A mediator's booked times: each is given once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.store import keys
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import BookingRow


def row_of(mediator: str, at: datetime, case_id: CaseId) -> Row:
    """Return the row that books a mediator's time for a case, for a write with the meeting itself."""
    return BookingRow(keys.booking(mediator), stamp(at), case_id=str(case_id))


def cases_of(mediator: str, since: datetime, until: datetime) -> list[CaseId]:
    """Return the cases a mediator met in a span of time, the latest first (eventually consistent)."""
    between = Row.sk.between(stamp(since), stamp(until))
    rows = BookingRow.query(keys.booking(mediator), between, scan_index_forward=False)
    return list(dict.fromkeys(CaseId.parse(row.case_id) for row in rows))


def free(mediator: str, wanted: Iterable[datetime]) -> list[datetime]:
    """Return which of the times nobody has booked yet, in order (eventually consistent)."""
    moments = sorted(wanted)
    if not moments:
        return []
    between = Row.sk.between(stamp(moments[0]), stamp(moments[-1]))
    booked = {from_stamp(row.sk) for row in BookingRow.query(keys.booking(mediator), between)}
    return [moment for moment in moments if moment not in booked]
