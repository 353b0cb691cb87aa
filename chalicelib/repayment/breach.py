"""A breach: an instalment still open when its grace is over is put on record, and on the staff's list."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.repayment_plan import Instalment, RepaymentPlan
from chalicelib.store import facts, plan_changes, waiting
from chalicelib.store.facts import Fact
from chalicelib.store.waiting import Waiting


def breach(case: Case, plan: RepaymentPlan, late: Instalment, now: datetime) -> bool:
    """Record that `late` was not paid in its grace, both on the case and for staff; returns False when it
    lost.

    It loses to a payment, a hold or a close since case and plan were read; they have to be read again then.
    """
    which = (f"{plan.generation:02d}", f"{late.number:04d}")
    detail = {"due": late.due.isoformat(), "open": late.open, "currency": plan.currency}
    fact = Fact(case.id, FactKind.BREACH, now, which, detail)
    return plan_changes.breach(case, plan, fact, _listed(case, fact), now)


def latest_breach(case: Case) -> Fact | None:
    """Return a case's latest breach, None when there was none."""
    return max(facts.of(case.id, FactKind.BREACH), key=lambda fact: (fact.at, fact.which), default=None)


def take_off_the_list(case: Case) -> None:
    """Take a case's latest breach off the staff's list: it is cured, renegotiated or referred."""
    if found := latest_breach(case):
        waiting.done(_listed(case, found))


def _listed(case: Case, fact: Fact) -> Waiting:
    return Waiting(FactKind.BREACH, "-".join(fact.which), case.id.reference, fact.at, case.id, case.lender)
