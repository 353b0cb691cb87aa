"""A case's whole timeline: its facts, and its opening and close, which the head itself records for good."""

from __future__ import annotations

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.store import facts
from chalicelib.store.facts import Fact, in_order


def of(case: Case) -> list[Fact]:
    """Return everything that happened to a case, oldest first.

    Opening and close are no rows of their own: each is one conditional write of the head that never
    changes again, and a second row would cost a second write that could be lost.
    """
    opened = Fact(
        case.id,
        FactKind.OPENED,
        case.opened_at,
        detail={"event": case.opened_by, "lender": case.lender, "profile_version": case.profile_version},
    )
    found = [opened, *facts.of(case.id)]
    if case.closed_at and case.outcome:
        detail = {"outcome": case.outcome.value, "reason": case.closed_reason}
        found.append(Fact(case.id, FactKind.CLOSED, case.closed_at, detail=detail))
    return in_order(found)
