"""A case moves from one status of its mediation to the next, with the fact that says why, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Outcome
from chalicelib.store import cases, facts, keys, together
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, Row

_NAMES = ("since", "limit_at", "mediator", "worklist", "due_at")


def actions(case: Case) -> list[Action]:
    """Return what puts a head where `case` stands: status, mediator, whose turn it is and by when."""
    found: list[Action] = [CaseRow.status.set(case.status.value)]
    for name in _NAMES:
        attribute, value = getattr(CaseRow, name), getattr(case, name)
        found.append(attribute.remove() if value is None else attribute.set(value))
    return found


def move(
    moved: Case,
    before: Iterable[CaseStatus],
    fact: Fact,
    *,
    beside: Sequence[Row] = (),
    gone: Sequence[Row] = (),
    was: Case | None = None,
) -> bool:
    """Put a case where `moved` stands and record why, all or none; returns False when it did not apply.

    It applies to a case in one of the statuses `before` and, when `was` is given, with the same mediator and
    since the same moment as then: two who act on what they saw cannot both be right. Rows `beside` are
    written, rows `gone` deleted with it.
    """
    condition = CaseRow.status.is_in(*(each.value for each in before))
    if was is not None:
        condition &= _since(was)
    rows = [facts.to_row(fact), *beside]
    return together.put_and_change(rows, moved.id, actions(moved), condition, gone=gone)


def close(was: Case, outcome: Outcome, reason: str, fact: Fact) -> bool:
    """Close a case that still stands as it was read, and record why, all or none; False when it moved on."""
    condition = (CaseRow.status == was.status.value) & _since(was)
    closing = cases.closing(outcome, reason, fact.at)
    return together.put_and_change([facts.to_row(fact)], was.id, closing, condition)


def _since(was: Case) -> Condition:
    return CaseRow.since == was.since if was.since else CaseRow.since.does_not_exist()


def worklist(name: str, most: int = 200) -> Iterator[Case]:
    """Yield the cases whose turn it is on a worklist, the most urgent first (eventually consistent)."""
    for row in CaseRow.by_turn.query(name, limit=most):
        found = cases.latest(row.pk.removeprefix(keys.loan("")))
        if isinstance(found, Case) and found.worklist == name:
            yield found
