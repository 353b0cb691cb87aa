"""An agreement's way over the case's head: final, sealed with its plan, left unsigned; each all or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId
from chalicelib.store import facts, together
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, Row


def finish_text(case_id: CaseId, fact: Fact, ending: Row) -> bool:
    """Make a text final and end the comments on its draft; False unless the case is DRAFTED and both new."""
    return _move(case_id, [facts.to_row(fact), ending], CaseStatus.DRAFTED, CaseStatus.SIGNING, fact.at)


def seal(case_id: CaseId, found: Sequence[Fact], now: datetime, prepaid: int | None) -> bool:
    """Write the seal and the plan, and let the plan run; False unless the case is SIGNING and both new.

    A case that was settled or left in this moment has no plan; nor has one in which something was paid since
    it was read, for the plan begins with what was `prepaid` (None: nothing).
    """
    rows = [facts.to_row(fact) for fact in found]
    paid = CaseRow.prepaid.does_not_exist() if prepaid is None else CaseRow.prepaid == prepaid
    return _move(case_id, rows, CaseStatus.SIGNING, CaseStatus.PLAN_ACTIVE, now, paid)


def leave_unsigned(case_id: CaseId, fact: Fact) -> bool:
    """Record that nobody signs this text any more, and adjourn; False unless the case is SIGNING.

    Nor once all have signed: a refusal that comes with the last signature is before it or too late.
    """
    unsigned = CaseRow.signed.does_not_exist()
    return _move(case_id, [facts.to_row(fact)], CaseStatus.SIGNING, CaseStatus.ADJOURNED, fact.at, unsigned)


def _move(
    case_id: CaseId,
    rows: Sequence[Row],
    before: CaseStatus,
    after: CaseStatus,
    now: datetime,
    also: Condition | None = None,
) -> bool:
    into = [CaseRow.status.set(after.value), CaseRow.since.set(now)]
    into.append(CaseRow.signed.remove())
    into.append(CaseRow.prepaid.remove())  # a text of its own rests on a balance of its own
    if after == CaseStatus.PLAN_ACTIVE:  # nobody's turn any more
        into += [CaseRow.worklist.remove(), CaseRow.due_at.remove()]
    stands: Condition = CaseRow.status == before.value
    return together.put_and_change(rows, case_id, into, stands if also is None else stands & also)
