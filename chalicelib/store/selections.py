"""Decisions of a machine against a borrower, and what people made of them, read from a case's facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import UNDECIDED, Due
from chalicelib.domain.moments import stamp
from chalicelib.domain.selection import Review, Selected, Selection, Verdict
from chalicelib.store import facts
from chalicelib.store.facts import Fact


def standing_of(case: Case) -> Selection | None:
    """Return what a machine decided of a case that stands there still, None when nothing does."""
    if case.status == CaseStatus.BREACHED:
        return latest_breach(facts.of(case.id, FactKind.BREACH))
    if case.status not in UNDECIDED:
        return None
    late = [fact for fact in facts.of(case.id, FactKind.DUE) if fact.which[0] == Due.LIMIT.value]
    newest = max(late, key=lambda fact: fact.which, default=None)
    if newest is None or (case.limit_at and stamp(case.limit_at) != newest.which[1]):
        return None
    return Selection(Selected.TIME, newest.which[1], newest.at)


def latest_breach(found: Sequence[Fact]) -> Selection | None:
    """Return a case's latest breach among its facts of that kind (pure)."""
    newest = max(found, key=lambda fact: (fact.at, fact.which), default=None)
    return Selection(Selected.BREACH, "-".join(newest.which), newest.at) if newest else None


def reviews(case_id: CaseId) -> list[Review]:
    """Return what people made of a case's selections, oldest first (strongly consistent)."""
    return [_read(fact) for fact in facts.of(case_id, FactKind.REVIEW)]


def fact_of(case_id: CaseId, review: Review, now: datetime) -> Fact:
    """Return the fact of a review; its key is the selection's, so that each is reviewed once."""
    detail = {"verdict": review.verdict.value, "by": review.by, "reason": review.reason}
    which = (review.selection.kind.value, review.selection.id)
    return Fact(case_id, FactKind.REVIEW, now, which, detail)


def _read(fact: Fact) -> Review:
    kind, ident = fact.which
    verdict, by = Verdict(fact.detail["verdict"]), fact.detail["by"]
    return Review(Selection(Selected(kind), ident, fact.at), verdict, by, fact.detail["reason"])
