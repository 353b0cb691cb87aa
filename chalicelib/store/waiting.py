"""What waits for a member of staff: listed by kind and day, so that nothing waits unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import WaitingRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that came in: a question, a dispute, a complaint. `due` is the day it must be seen to by."""

    kind: FactKind
    id: str
    reference: str
    at: datetime
    case_id: CaseId | None = None
    lender: str = ""
    due: date | None = None


def row_of(one: Waiting) -> Row:
    """Return its row, for a write together with what it is about."""
    return WaitingRow(
        keys.waiting(one.kind, one.at.astimezone(UTC).date()),
        f"{one.reference}#{one.id}",
        at=one.at,
        case_id=str(one.case_id) if one.case_id else None,
        lender=one.lender or None,
        due=one.due,
    )


def since(kind: FactKind, first: date, now: datetime) -> Iterator[Waiting]:
    """Yield what came in from a UTC day to `now` and waits still, oldest first: one query for each day."""
    last = now.astimezone(UTC).date()
    for number in range((last - first).days + 1):
        rows = WaitingRow.query(keys.waiting(kind, first + timedelta(days=number)))
        yield from sorted((_read(kind, row) for row in rows), key=lambda one: one.at)


def done(one: Waiting) -> None:
    """Take it off the list; a repeat changes nothing."""
    row_of(one).delete()


def _read(kind: FactKind, row: WaitingRow) -> Waiting:
    reference, _, its_id = row.sk.partition("#")
    case_id = CaseId.parse(row.case_id) if row.case_id else None
    return Waiting(kind, its_id, reference, row.at, case_id, row.lender or "", row.due)
