"""A case's whole timeline: its facts, and its opening and close, which the head itself records for good."""

from __future__ import annotations

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.store import facts
from chalicelib.store.facts import Fact, in_order


def of(case: Case) -> list[Fact]:
    """Return everything that happened to a case, oldest first."""
    return in_order([*ends(case), *facts.of(case.id)])


def ends(case: Case) -> list[Fact]:
    """Return a case's opening and, once it is closed, its close (pure).

    They are no rows of their own: each is one conditional write of the head that never changes again,
    and a second row would cost a second write that could be lost.
    """
    opened = {"event": case.opened_by, "lender": case.lender, "profile_version": case.profile_version}
    found = [Fact(case.id, FactKind.OPENED, case.opened_at, detail=opened)]
    if case.closed_at and case.outcome:
        closed = {"outcome": case.outcome.value, "reason": case.closed_reason}
        found.append(Fact(case.id, FactKind.CLOSED, case.closed_at, detail=closed))
    return found
