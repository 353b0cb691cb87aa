"""Payments put to instalments: oldest first, what is over goes on, in any order (invariant 16)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.matching import credited
from chalicelib.domain.repayment_plan import RepaymentPlan, monthly

FIRST = date(2026, 12, 3)
PLANS = st.builds(
    lambda total, count: monthly("CNY", total, count, FIRST), st.integers(60, 10**9), st.integers(1, 60)
)
PAYMENTS = st.lists(st.integers(1, 10**8), min_size=1, max_size=12)


def paid(plan: RepaymentPlan) -> list[int]:
    return [each.paid for each in plan.instalments]


def after(plan: RepaymentPlan, *payments: int) -> RepaymentPlan:
    for each in payments:
        plan = credited(plan, each)
    return plan


def test_the_oldest_is_paid_first_and_what_is_over_goes_on() -> None:
    plan = monthly("CNY", 300, 3, FIRST)
    assert paid(after(plan, 40)) == [40, 0, 0]
    assert paid(after(plan, 40, 70)) == [100, 10, 0]
    assert paid(after(plan, 250)) == [100, 100, 50]


def test_more_than_the_plan_is_nobodys_instalment() -> None:
    assert paid(after(monthly("CNY", 300, 3, FIRST), 1_000)) == [100, 100, 100]


@pytest.mark.parametrize("nothing", [0, -5])
def test_nothing_is_no_payment(nothing: int) -> None:
    with pytest.raises(ValueError, match="no payment"):
        credited(monthly("CNY", 300, 3, FIRST), nothing)


@given(PLANS, PAYMENTS, st.data())
def test_any_order_ends_in_the_same_state(
    plan: RepaymentPlan, payments: list[int], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(payments))
    assert after(plan, *payments) == after(plan, *other)


@given(PLANS, PAYMENTS)
def test_what_is_paid_is_what_came_in_and_never_more_than_is_due(
    plan: RepaymentPlan, payments: list[int]
) -> None:
    found = after(plan, *payments)
    assert sum(paid(found)) == min(plan.total, sum(payments))
    assert all(0 <= each.paid <= each.amount for each in found.instalments)
    assert [each.amount for each in found.instalments] == [each.amount for each in plan.instalments]
    opens = [bool(each.open) for each in found.instalments]
    assert opens == sorted(opens), "none is paid before an older one"
    assert found.sequence == plan.sequence + len(payments)
