"""A plan that cannot be kept is opened again: mediation meets, and the next plan supersedes this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import NoPlanInForce
from chalicelib.domain.keys import CaseId
from chalicelib.domain.plan_stage import KEPT_TO
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.forms.journey import Submission
from chalicelib.repayment.wake import wake
from chalicelib.store import cases, facts, plan_changes, plans, together, waiting
from chalicelib.store.facts import Fact
from chalicelib.store.waiting import Waiting
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Renegotiate:
    """Opens plans again, as a borrower asks or a member of staff decides."""

    timers: Timers

    def ask(self, case: Case, sent: Submission) -> bool:
        """Record that the borrower cannot pay as agreed, and list it for staff; returns whether it is new.

        After a breach mediation is opened at once. Before one the plan stays in force until staff open it or
        the grace of an instalment is over; no breach is put on record then (*policy*: who says so in time has
        not broken his word). Raises NoPlanInForce.
        """
        plan = _plan_of(case)
        answers = {"reference": sent.reference, **sent.answers}
        fact = _fact(case, plan, sent.at, sent.id, "BORROWER", answers)
        listed = _listed(case, fact)
        if case.status == CaseStatus.PLAN_ACTIVE:
            return together.put([facts.to_row(fact), waiting.row_of(listed)])
        return self._open(case, [fact], [listed], sent.at)

    def by_staff(self, case_id: CaseId, actor_id: str, reason: str, now: datetime) -> bool:
        """Open mediation again for a reason on record; returns False when it was open already.

        Raises NoPlanInForce.
        """
        case = cases.get(case_id)
        fact = _fact(case, _plan_of(case), now, f"STAFF-{now:%Y%m%d%H%M%S}", actor_id, {"reason": reason})
        return self._open(case, [fact], [], now)

    def by_request(self, case: Case, now: datetime) -> bool:
        """Open mediation since he asked in time and the grace is over; False when the case moved on."""
        return self._open(case, [], [], now)

    def _open(self, case: Case, told: Sequence[Fact], listed: Sequence[Waiting], now: datetime) -> bool:
        """Mediation may meet again, with its whole time."""
        profile = profiles.of_version(case.profile, case.profile_version)
        limit_at = now + timedelta(seconds=profile.answered_wait)
        opened = plan_changes.reopen(case, told, listed, limit_at, now)
        if opened:
            wake(case.id, self.timers)
        return opened


def is_asked(case: Case, plan: RepaymentPlan) -> bool:
    """Whether the borrower has asked for another plan than this one."""
    return any(
        fact.detail["generation"] == plan.generation for fact in facts.of(case.id, FactKind.RENEGOTIATION)
    )


def take_off_the_list(case: Case, before: int | None = None) -> None:
    """Take requests off the staff's list: those about plans `before` the one now in force, or all."""
    for fact in facts.of(case.id, FactKind.RENEGOTIATION):
        if "reference" in fact.detail and (before is None or fact.detail["generation"] < before):
            waiting.done(_listed(case, fact))


def _listed(case: Case, fact: Fact) -> Waiting:
    name, reference = fact.which[0], str(fact.detail["reference"])
    return Waiting(FactKind.RENEGOTIATION, name, reference, fact.at, case.id, case.lender)


def _plan_of(case: Case) -> RepaymentPlan:
    plan = plans.get(case.id) if case.status in KEPT_TO else None
    if plan is None:
        raise NoPlanInForce(
            "case {case} is {status}: only a plan in force can be negotiated anew",
            case=case.id,
            status=case.status,
        )
    return plan


def _fact(case: Case, plan: RepaymentPlan, at: datetime, name: str, by: str, more: dict[str, Any]) -> Fact:
    detail = {"generation": plan.generation, "by": by, **more}
    return Fact(case.id, FactKind.RENEGOTIATION, at, (name,), detail)
