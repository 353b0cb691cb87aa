"""A payment on a plan: on record, put to the instalments and into the balance, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib import profiles
from chalicelib.domain import said
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import AmountMismatch, TryAgain
from chalicelib.domain.matching import credited
from chalicelib.domain.money import Amount
from chalicelib.domain.plan_stage import KEPT_TO, is_cured, zone_of
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.repayment.breach import take_off_the_list
from chalicelib.repayment.told import COMPLETED, Message, tell
from chalicelib.repayment.wake import wake
from chalicelib.store import agreements, cases, facts, plan_changes, plans
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

KEPT = "the plan was kept"
"""The reason with which a case closes whose plan is paid, or that was settled while its plan was kept."""
PAID_ON = (*KEPT_TO, CaseStatus.SIGNING)
_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """`paid` minor units of `outstanding`'s currency at `at` (UTC), as an event said; its `reference` names
    it.

    `outstanding` is what remains overdue by the loan system's own reckoning, `mark` where the event stands
    among all of its loan (domain/said.py).
    """

    reference: str
    event_id: str
    type: str
    paid: int
    outstanding: Amount
    at: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class TakePayment:
    """Counts payments on plans: each once, in any order."""

    timers: Timers

    def __call__(self, case: Case, payment: Payment, now: datetime) -> bool:
        """Count a payment; returns False when it is none on a plan, so that it restates the balance alone.

        That is so for a case without a plan, and for a payment made before the plan was agreed: the plan is
        about what was left then. What comes in while its text waits for signatures is kept for it: the plan
        begins with that. Two payments at once write the plan's next state both; one of them loses and
        is counted on the other's. A repeat mends what a death after the first left undone. Raises
        AmountMismatch for another currency than the plan's.
        """
        for _ in range(_TRIES):
            if waits_for(case, payment):
                if prepay(case, payment, now):
                    return True
                case = cases.get(case.id)
                continue
            plan = plans.get(case.id) if may_have_plan(case) else None
            if plan is None or (plan.since and payment.at < plan.since):
                return False
            if payment.outstanding.currency != plan.currency:
                raise AmountMismatch(
                    f"case {case.id}: a plan in {plan.currency} cannot take {payment.event_id}"
                )
            if facts.exists(case.id, FactKind.PAYMENT, payment.reference):
                self._follow(case, case, now)
                return True
            if _write(case, plan, payment, now):
                self._follow(case, cases.get(case.id), now)
                return True
            case = cases.get(case.id)
        raise TryAgain("the plan of case {case} is being written by others", case=case.id)

    def _follow(self, before: Case, case: Case, now: datetime) -> None:
        """Tell of a plan that is kept, and let its execution look at what has changed."""
        if case.closed_reason == KEPT:
            tell_kept(case, now, self.timers)
        if before.status == CaseStatus.BREACHED != case.status:
            take_off_the_list(case)
        wake(case.id, self.timers)


def may_have_plan(case: Case) -> bool:
    """Whether it is worth a read to find a case's plan: it waits for signatures, is in force, or was."""
    return case.plan is not None or case.status in PAID_ON or case.outcome == Outcome.AGREED


def tell_kept(case: Case, now: datetime, timers: Timers) -> None:
    """Tell the borrower that his plan is completed; a repeat tells nothing twice."""
    plan = plans.get(case.id)
    if plan and case.closed_at:
        tell(case, Message(COMPLETED, plan.generation), case.closed_at, now, timers)


def waits_for(case: Case, payment: Payment) -> bool:
    """Whether a payment came in after the balance that the text to be signed rests on, and leaves a debt."""
    if case.status != CaseStatus.SIGNING or not payment.outstanding.total:
        return False
    text = agreements.get(case.id)
    return text is not None and text.balance_at is not None and payment.at > text.balance_at


def prepay(case: Case, payment: Payment, now: datetime) -> bool:
    """Keep a payment for the plan that waits for signatures; False when the case has to be read again."""
    if payment.outstanding.currency != case.amount.currency:
        raise AmountMismatch(
            f"case {case.id}: a plan in {case.amount.currency} cannot take {payment.event_id}"
        )
    if facts.exists(case.id, FactKind.PAYMENT, payment.reference):
        return True
    restated, which = _restating(case, payment), (payment.reference,)
    paid = {"event": payment.event_id, "paid": payment.paid, "currency": case.amount.currency}
    told = [
        Fact(case.id, FactKind.PAYMENT, now, which, {**paid, "at": payment.at.isoformat()}),
        Fact(case.id, FactKind.BALANCE, now, which, _restated(payment, restated is not None)),
    ]
    return plan_changes.prepay(case, payment.paid, told, restated)


def _write(case: Case, plan: RepaymentPlan, payment: Payment, now: datetime) -> bool:
    after = credited(plan, payment.paid)
    restated = _restating(case, payment)
    which = (payment.reference,)
    told = [
        Fact(case.id, FactKind.PAYMENT, now, which, _paid(payment, after)),
        Fact(case.id, FactKind.BALANCE, now, which, _restated(payment, restated is not None)),
    ]
    settles = not payment.outstanding.total and payment.mark > said.opener(case)
    return plan_changes.pay(case, after, told, restated, _leads_to(case, after, settles, now), KEPT, now)


def _restating(case: Case, payment: Payment) -> Case | None:
    """Return the case with the balance a payment leaves; None when that is older than the one on record.

    A payment that leaves nothing is a settlement as well.
    """
    after = said.restated(case, payment.outstanding, payment.at, payment.mark)
    if not payment.outstanding.total:
        after = said.settled(after, payment.at, payment.mark)
    return after if after != case else None


def _leads_to(case: Case, after: RepaymentPlan, nothing_owed: bool, now: datetime) -> CaseStatus:
    """Return where the payment takes the case: closed when all is paid, back to the plan when nothing is
    late.

    A loan system that says newer than all else that nothing is owed has the last word (a waiver, for
    instance).
    """
    if case.status not in KEPT_TO:
        return case.status
    if nothing_owed or not after.remaining:
        return CaseStatus.CLOSED
    profile = profiles.of_version(case.profile, case.profile_version)
    today = now.astimezone(zone_of(case, profile)).date()
    return CaseStatus.PLAN_ACTIVE if is_cured(after, today) else case.status


def _paid(payment: Payment, after: RepaymentPlan) -> dict[str, object]:
    return {
        "event": payment.event_id,
        "paid": payment.paid,
        "currency": after.currency,
        "at": payment.at.isoformat(),
        "generation": after.generation,
        "remaining": after.remaining,
    }


def _restated(payment: Payment, applied: bool) -> dict[str, object]:
    """As every balance is put on record (intake/balance.py)."""
    return {
        "event": payment.event_id,
        "type": payment.type,
        "applied": applied,
        "currency": payment.outstanding.currency,
        "outstanding": payment.outstanding.total,
        "as_of": payment.outstanding.as_of.isoformat(),
    }
