"""Payments put to the instalments of a plan, the oldest first, whatever order they come in (pure)."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.repayment_plan import RepaymentPlan


def credited(plan: RepaymentPlan, paid: int) -> RepaymentPlan:
    """Return the plan's next state once `paid` more minor units have come in.

    The oldest open instalment is paid first and what is over goes on to the next (*policy*: what was due
    first is what a breach would be about). So a state depends on the sum paid alone, and payments in any
    order lead to the same one; that each counts once is the key of its fact (store/plans.py). What exceeds
    the plan is nobody's instalment. Raises ValueError unless something was paid.
    """
    if paid <= 0:
        raise ValueError(f"{paid} minor units are no payment")
    left = plan.total - plan.remaining + paid
    instalments = []
    for each in plan.instalments:
        own = min(each.amount, left)
        left -= own
        instalments.append(replace(each, paid=own))
    return replace(plan, instalments=tuple(instalments), sequence=plan.sequence + 1)
