"""Both sides together give their mediation more time, before the time they had is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import UNDER_WAY
from chalicelib.mediation import standing
from chalicelib.mediation.statements import SIDES
from chalicelib.mediation.wake import wake
from chalicelib.store import cases, facts
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

GRANTED = "GRANTED"
TERM = "mediation_extension"
_RUNNING = tuple(each for each in UNDER_WAY if each not in (CaseStatus.APPLIED, CaseStatus.SIGNING))


@dataclass(frozen=True, slots=True)
class Extend:
    """Takes each side's wish for more time; both wishes make it so."""

    timers: Timers

    def __call__(self, case_id: CaseId, side: Party, by: str, now: datetime) -> bool:
        """Record that a side wants the mediation extended; returns whether it is extended now.

        Raises NotNow when the limit is past, when the profile knows no extension, when it was extended
        already, or for anybody but the two sides.
        """
        case = cases.get(case_id)
        standing.require(case, _RUNNING, "extend it")
        profile = standing.profile_of(case)
        if side not in SIDES or TERM not in profile.terms:
            raise NotNow("a mediation is extended by both its sides, where the law lets them")
        if case.limit_at is None or now >= case.limit_at:
            raise NotNow("the mediation's limit is past; apply anew")
        if facts.exists(case_id, FactKind.EXTENSION, GRANTED):  # *policy*: as much again, once
            raise NotNow("this mediation was extended before")
        facts.append(Fact(case_id, FactKind.EXTENSION, now, (side.value,), {"by": by}))
        # Read after the write: of two sides that ask at once, the later one sees both wishes.
        wanted = {fact.which[0] for fact in facts.of(case_id, FactKind.EXTENSION)}
        if not wanted >= {each.value for each in SIDES}:
            return False
        longer = case.limit_at + timedelta(seconds=profile.term(TERM).seconds)
        moved = standing.as_it_is(replace(case, limit_at=longer), now)
        granted = Fact(case_id, FactKind.EXTENSION, now, (GRANTED,), {"limit_at": longer.isoformat()})
        extended = standing.move(case, moved, granted)
        wake(case_id, self.timers)
        return extended


def may_extend(case: Case, now: datetime) -> bool:
    """Whether a side may still ask for more time."""
    return (
        case.status in _RUNNING
        and TERM in standing.profile_of(case).terms
        and case.limit_at is not None
        and now < case.limit_at
        and not facts.exists(case.id, FactKind.EXTENSION, GRANTED)
    )
