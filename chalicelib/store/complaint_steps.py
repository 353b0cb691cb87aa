"""A complaint takes a step: on record, with where it then stands and its hold lifted, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind, HoldKind
from chalicelib.domain.complaint import UNDECIDED, Complaint
from chalicelib.domain.errors import Taken, TryAgain
from chalicelib.store import cases, facts, keys, waiting
from chalicelib.store.complaint_rows import changes
from chalicelib.store.complaints import waiting_of
from chalicelib.store.facts import Fact
from chalicelib.store.heads import connection, head
from chalicelib.store.rows import CaseRow, FactRow
from chalicelib.store.visitor_rows import ComplaintRow
from chalicelib.store.writes import conflicted, lost

_TRIES_AT_CONFLICT = 4


@dataclass(frozen=True, slots=True)
class Step:
    """What was done to a complaint, by whom (`by`: an id, or SYSTEM) and when (UTC); `detail` in words."""

    name: str
    at: datetime
    by: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def take(before: Complaint, after: Complaint, step: Step) -> Complaint:
    """Bring a complaint from `before`, as it was read, to `after`, and record why, all or none.

    A decision or a withdrawal ends its hold on the case in the same write, unless another undecided
    complaint of the case holds it too. Returns the complaint as it now is. Raises Taken when somebody was
    quicker, TryAgain when the case keeps changing.
    """
    moved = replace(after, sequence=before.sequence + 1)
    step = replace(step, at=step.at.replace(microsecond=0))  # as it is read back: one's own is known by it
    for _ in range(_TRIES_AT_CONFLICT):
        if _write(before, moved, step) or (moved.sequence, step) in _last(moved):
            return moved
        _require_unmoved(before)
    raise TryAgain("complaint {reference} is being written by others", reference=before.reference)


def of(complaint: Complaint) -> list[tuple[int, Step]]:
    """Return the steps of a complaint with their numbers, in order (strongly consistent)."""
    if complaint.case_id:
        found = facts.of(complaint.case_id, FactKind.HANDLING)
        mine = [(int(one.which[1]), one.at, one.detail) for one in found if one.which[0] == complaint.id]
    else:
        start = f"{complaint.id}#T#"
        partition = keys.complaint(complaint.reference)
        rows = FactRow.query(partition, FactRow.sk.startswith(start), consistent_read=True)
        mine = [(int(row.sk.removeprefix(start)), row.at, row.detail) for row in rows]
    return [(number, _step(at, detail)) for number, at, detail in sorted(mine, key=lambda one: one[0])]


def _last(complaint: Complaint) -> list[tuple[int, Step]]:
    """Return the newest step: one's own, when the acknowledgement of its write was lost."""
    return of(complaint)[-1:]


def _step(at: datetime, detail: Mapping[str, Any]) -> Step:
    rest = {name: value for name, value in detail.items() if name not in ("step", "by")}
    return Step(detail["step"], at, detail["by"], rest)


def _write(before: Complaint, after: Complaint, step: Step) -> bool:
    row = ComplaintRow(keys.complaint(before.reference), before.id)
    # A complaint of before there were steps has no sequence yet.
    unmoved = ComplaintRow.sequence == before.sequence
    if not before.sequence:
        unmoved = unmoved | ComplaintRow.sequence.does_not_exist()
    try:
        with TransactWrite(connection=connection()) as transaction:
            transaction.save(_row(after, step), condition=FactRow.pk.does_not_exist())
            transaction.update(row, changes(after), unmoved & ComplaintRow.pk.exists())
            if not after.is_open:
                transaction.delete(waiting.row_of(waiting_of(after)))
            if change := _on_the_case(before, after):
                case_id, actions, condition = change
                transaction.update(CaseRow(keys.loan(case_id), keys.CASE), actions, condition)
    except TransactWriteError as error:
        if not (conflicted(error) or lost(error)):
            raise
        return False
    return True


def _require_unmoved(before: Complaint) -> None:
    row = ComplaintRow.get(keys.complaint(before.reference), before.id, consistent_read=True)
    if int(row.sequence or 0) != before.sequence:
        raise Taken(
            "somebody has just acted on {reference}, which is {status} now; look again",
            reference=before.reference,
            status=row.status,
        )


def _row(after: Complaint, step: Step) -> FactRow:
    detail = {"step": step.name, "by": step.by, **step.detail}
    if after.case_id:
        which = (after.id, f"{after.sequence:04d}")
        return facts.to_row(Fact(after.case_id, FactKind.HANDLING, step.at, which, detail))
    key = keys.complaint_step(after.id, after.sequence)
    pk = keys.complaint(after.reference)
    return FactRow(pk, key, kind=FactKind.HANDLING.value, at=step.at, detail=detail)


def _on_the_case(before: Complaint, after: Complaint) -> tuple[str, list[Action], Condition] | None:
    """Return how the head of the case changes once a complaint is decided; None if it does not."""
    if after.case_id is None or before.status not in UNDECIDED or after.status in UNDECIDED:
        return None
    row = head(after.case_id.loan_key)
    if row is None or row.generation != after.case_id.generation:
        return None  # an archived case holds nobody back
    case: Case = cases.get(after.case_id)
    same = CaseRow.generation == after.case_id.generation
    ours: list[Action] = [CaseRow.complaints.delete({after.id})]
    others = sorted(case.complaints - {after.id})
    if others:
        return case.id.loan_key, ours, same & CaseRow.complaints.contains(others[0])
    lifted: list[Action] = [*ours, CaseRow.holds.delete({HoldKind.COMPLAINT.value})]
    alone: Condition = CaseRow.complaints.does_not_exist()
    if case.complaints:
        alone = CaseRow.complaints == {after.id}
    return case.id.loan_key, lifted, same & alone
