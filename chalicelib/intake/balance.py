"""Balances and payments: one that leaves a debt restates the amount, one that leaves none closes the case."""

from __future__ import annotations

from chalicelib.domain import said
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import TryAgain
from chalicelib.domain.money import Amount
from chalicelib.domain.said import Loan
from chalicelib.intake.contract import AmountData, PaymentData
from chalicelib.intake.say import TRIES, remember, say
from chalicelib.intake.upstream import Upstream
from chalicelib.mediation.release import release
from chalicelib.repayment.pay import KEPT, Payment, TakePayment, may_have_plan, tell_kept
from chalicelib.store import cases, waits, words
from chalicelib.timers import Timers


def restate(upstream: Upstream, data: AmountData, reason: str = "") -> None:
    """Put a newer balance on the loan and on its case's timeline; an older one only on the timeline."""
    amount = Amount(**data.model_dump())

    def change(loan: Loan, /) -> Loan:
        return said.restated(loan, amount, upstream.at, upstream.mark)

    say(upstream, change, FactKind.BALANCE, line(amount) | ({"reason": reason} if reason else {}))


def line(amount: Amount) -> dict[str, object]:
    """Return what the timeline says of a balance."""
    return {
        "currency": amount.currency,
        "outstanding": amount.total,
        "as_of": amount.as_of.isoformat(),
    }


def credit(upstream: Upstream, data: PaymentData, take: TakePayment) -> bool:
    """Count a payment on the plan of the loan's case; returns False when it is none on a plan.

    Only a payment says that something was paid. A balance alone (a repeated overdue event, say) restates the
    amount and pays no instalment: it may have fallen by a waiver and risen by interest (*policy*).
    """
    known, taken = cases.latest(upstream.taken.loan_key), upstream.taken
    if not isinstance(known, Case) or not may_have_plan(known) or upstream.told_before(known):
        return False
    payment = Payment(
        reference=taken.reference,
        event_id=taken.event_id,
        type=taken.type,
        paid=data.amount.paid,
        outstanding=Amount(**data.outstanding.model_dump()),
        at=upstream.at,
        mark=upstream.mark,
    )
    return take(known, payment, upstream.now)


def settle(upstream: Upstream, timers: Timers) -> None:
    """Close the loan's case as settled and end its wait; a loan without a case is remembered as settled.

    The close is one conditional write that every send's claim rechecks, so a send that races it loses. One
    older than the last word that the loan is overdue is stale and closes nothing. One while a plan is kept
    ends the case as agreed.
    """

    def change(loan: Loan, /) -> Loan:
        return said.settled(loan, upstream.at, upstream.mark)

    for _ in range(TRIES):
        known = cases.latest(upstream.taken.loan_key)
        if not isinstance(known, Case):
            if remember(upstream, known, change):
                return
        elif known.is_open and upstream.mark <= said.opener(known):
            return
        elif closed := _settled(upstream, known, change(known)):
            _follow(upstream, closed, timers)
            return
    raise TryAgain(f"loan {upstream.taken.loan_key} is being written by others")


def _settled(upstream: Upstream, known: Case, after: Case) -> Case | None:
    """Write the settlement; returns the case that is closed with it, None when it changed meanwhile."""
    if not known.is_open:
        return known if after == known or words.put(known, after) else None
    outcome, reason = Outcome.SETTLED_OUTSIDE, f"{upstream.taken.type} {upstream.taken.event_id}"
    if known.status == CaseStatus.PLAN_ACTIVE:
        outcome, reason = Outcome.AGREED, KEPT
    return cases.close(known.id, outcome, reason, upstream.now, word=(known, after))


def _follow(upstream: Upstream, closed: Case, timers: Timers) -> None:
    release(closed, timers)
    if closed.closed_reason == KEPT:
        tell_kept(closed, upstream.now, timers)
    if wait := waits.get(closed.id):
        timers.settle(wait.token)
