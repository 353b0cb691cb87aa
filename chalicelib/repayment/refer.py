"""A broken plan is referred back to the lender: the mediation is over, its agreement stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NeedsApproval, NoPlanInForce
from chalicelib.domain.keys import CaseId
from chalicelib.domain.plan_stage import STAGES
from chalicelib.domain.selection import binding
from chalicelib.repayment.breach import take_off_the_list
from chalicelib.store import cases, plan_changes, selections, waits
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

REFERRED = "referred to the lender after a breach"
"""The reason with which such a case closes; its outcome is AGREED, since that is how its mediation ended."""


@dataclass(frozen=True, slots=True)
class Refer:
    """Refers broken plans."""

    timers: Timers

    def __call__(self, case_id: CaseId, actor_id: str, reason: str, now: datetime) -> bool:
        """Close the case of a broken plan for a reason on record; returns False when it was referred already.

        Raises NoPlanInForce unless its plan is broken: a plan that is kept is nobody's to end; NeedsApproval
        until somebody else has looked at the breach and upheld it (invariant 23).
        """
        case = cases.get(case_id)
        if case.closed_reason == REFERRED:
            self._end(case_id)
            return False
        broken = selections.standing_of(case)
        if broken and not binding(selections.reviews(case_id), broken, actor_id):
            raise NeedsApproval("a second person has to review the breach and uphold it first")
        fact = Fact(case.id, FactKind.REFERRAL, now, (), {"by": actor_id, "reason": reason})
        if not plan_changes.refer(case, fact, REFERRED, now):
            raise NoPlanInForce(
                "case {case} is {status}: only a broken plan is referred", case=case_id, status=case.status
            )
        take_off_the_list(case)
        self._end(case_id)
        return True

    def _end(self, case_id: CaseId) -> None:
        wait = waits.get(case_id)
        if wait and wait.stage in STAGES:
            self.timers.settle(wait.token)
