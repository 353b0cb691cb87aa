"""Payments: a partial one restates the amount, a full one closes the case and stops everything."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Amount
from chalicelib.intake.contract import AmountData, PaymentData
from chalicelib.intake.upstream import Upstream
from chalicelib.mediation.release import release
from chalicelib.repayment.pay import KEPT, Payment, TakePayment, may_have_plan, tell_kept
from chalicelib.store import cases, facts, waits
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers


def restate(
    upstream: Upstream,
    data: AmountData,
    overdue_since: date | None = None,
    itemisation: Itemisation | None = None,
) -> None:
    """Put a newer balance on the loan's open case and on its timeline; an older one only on the timeline."""
    known = cases.latest(upstream.taken.loan_key)
    if not isinstance(known, Case) or _told_before(upstream, known):
        return
    amount = Amount(**data.model_dump())
    after = cases.restate(known.id, amount, overdue_since, upstream.at, itemisation) or known
    detail = {
        "event": upstream.taken.event_id,
        "type": upstream.taken.type,
        "applied": after.balance_at == upstream.at,
        "currency": amount.currency,
        "outstanding": amount.total,
        "as_of": amount.as_of.isoformat(),
    }
    facts.append(Fact(known.id, FactKind.BALANCE, upstream.now, (upstream.taken.reference,), detail))


def credit(upstream: Upstream, data: PaymentData, take: TakePayment) -> bool:
    """Count a payment on the plan of the loan's case; returns False when it is none on a plan.

    Only a payment says that something was paid. A balance alone (a repeated overdue event, say) restates the
    amount and pays no instalment: it may have fallen by a waiver and risen by interest (*policy*).
    """
    known, taken = cases.latest(upstream.taken.loan_key), upstream.taken
    if not isinstance(known, Case) or not may_have_plan(known) or _told_before(upstream, known):
        return False
    outstanding = Amount(**data.outstanding.model_dump())
    said = {"reference": taken.reference, "event_id": taken.event_id, "type": taken.type}
    payment = Payment(**said, paid=data.amount.paid, outstanding=outstanding, at=upstream.at)
    return take(known, payment, upstream.now)


def _told_before(upstream: Upstream, case: Case) -> bool:
    """Whether an earlier case of the loan had this event: its late repeat is no news to this one."""
    taken = upstream.taken
    earlier = [CaseId(taken.loan_key, number) for number in range(1, case.id.generation)]
    if any(facts.exists(each, FactKind.BALANCE, taken.reference) for each in earlier):
        return True
    return bool(earlier) and cases.opened_by(taken.loan_key, taken.event_id)


def settle(upstream: Upstream, timers: Timers) -> None:
    """Close the loan's case as settled and end its wait; a loan without a case is remembered as paid.

    The close is one conditional write that every send's claim rechecks, so a send that races it loses.
    A settlement older than the balance on record is stale and closes nothing. One while a plan is kept ends
    the case as agreed.
    """
    taken = upstream.taken
    known = cases.latest(taken.loan_key)
    closed = None
    if isinstance(known, Case) and known.is_open:
        outcome, reason = Outcome.SETTLED_OUTSIDE, f"{taken.type} {taken.event_id}"
        if known.status == CaseStatus.PLAN_ACTIVE:
            outcome, reason = Outcome.AGREED, KEPT
        closed = cases.close(known.id, outcome, reason, upstream.now, balance_at=upstream.at)
    if closed is None:
        cases.note_paid(taken.loan_key, taken.lender, upstream.loan, upstream.at)
        closed = cases.get(known.id) if isinstance(known, Case) else None
    if closed is None or closed.is_open:
        return
    release(closed, timers)
    if closed.closed_reason == KEPT:
        tell_kept(closed, upstream.now, timers)
    if wait := waits.get(closed.id):
        timers.settle(wait.token)
