"""An application is accepted for mediation, or declined with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.keys import CaseId
from chalicelib.mediation import standing
from chalicelib.mediation.wake import wake
from chalicelib.store import cases, facts
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Accept:
    """Accepts applications and declines what mediation cannot decide."""

    timers: Timers

    def __call__(self, case_id: CaseId, by: str, now: datetime) -> bool:
        """Accept an application; the mediation's time limit runs from now. Returns whether that is new.

        `by` is who accepts, by his id. Raises NotNow unless the borrower has applied.
        """
        case = cases.get(case_id)
        fact = Fact(case_id, FactKind.ACCEPTED, now, (_round(case_id),), {"by": by})
        if case.status != CaseStatus.APPLIED and _accepted(case_id):
            return False
        standing.require(case, (CaseStatus.APPLIED,), "accept")
        limit = timedelta(seconds=standing.profile_of(case).answered_wait)
        accepted = standing.at(replace(case, limit_at=now + limit), CaseStatus.ACCEPTED, now)
        new = standing.move(case, accepted, fact)
        wake(case_id, self.timers)
        return new

    def decline(self, case_id: CaseId, by: str, reason: str, now: datetime) -> bool:
        """Close an application that mediation cannot decide (OUT_OF_SCOPE), with the reason told to both.

        Returns whether that is new. Raises NotNow unless it still stands where it was read: one that was
        taken back, or got its mediator in this moment, is not declined.
        """
        case, detail = cases.get(case_id), {"by": by, "declined": reason}
        fact = Fact(case_id, FactKind.ACCEPTED, now, (_round(case_id), "declined"), detail)
        new = case.is_open or not facts.stands(fact)
        if new:
            standing.require(case, (CaseStatus.APPLIED, CaseStatus.ACCEPTED), "decline")
            standing.close(case, Outcome.OUT_OF_SCOPE, reason, fact)
        wake(case_id, self.timers)
        return new


def _accepted(case_id: CaseId) -> bool:
    return facts.exists(case_id, FactKind.ACCEPTED, _round(case_id))


def _round(case_id: CaseId) -> str:
    """Which application of the case this is about: one that was taken back may be followed by another."""
    return f"{len(facts.of(case_id, FactKind.WITHDRAWN)):02d}"
