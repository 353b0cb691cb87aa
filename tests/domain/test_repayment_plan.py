"""Instalments sum to what was agreed, to the last minor unit (invariant 16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import AmountMismatch
from chalicelib.domain.repayment_plan import Instalment, InstalmentState, RepaymentPlan, monthly

FIRST = date(2027, 1, 31)


@given(total=st.integers(1, 10**13), count=st.integers(1, 120))
def test_equal_instalments_sum_to_the_total_and_the_last_carries_the_remainder(
    total: int, count: int
) -> None:
    if count > total:
        with pytest.raises(ValueError, match="cannot be"):
            monthly("CNY", total, count, FIRST)
        return
    amounts = [each.amount for each in monthly("CNY", total, count, FIRST).instalments]
    assert sum(amounts) == total
    assert len(set(amounts[:-1])) <= 1
    assert 0 <= amounts[-1] - amounts[0] < count


def test_a_month_without_the_day_has_its_last_day_and_the_day_comes_back() -> None:
    due = [each.due for each in monthly("CNY", 300, 3, FIRST).instalments]
    assert due == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


def test_a_plan_that_does_not_sum_is_refused() -> None:
    plan = monthly("CNY", 300, 3, FIRST)
    with pytest.raises(AmountMismatch):
        replace(plan, total=301)


@pytest.mark.parametrize(
    "instalments",
    [
        (Instalment(1, FIRST, 100), Instalment(2, FIRST, 200)),
        (Instalment(1, FIRST, 300), Instalment(2, date(2027, 2, 1), 0)),
        (Instalment(2, FIRST, 300),),
    ],
    ids=["same day", "nothing", "numbers"],
)
def test_a_plan_in_disorder_is_refused(instalments: tuple[Instalment, ...]) -> None:
    with pytest.raises(ValueError, match=r"instalment"):
        RepaymentPlan("CNY", 300, instalments)


def test_an_instalment_is_overdue_the_day_after_and_paid_whenever_it_is_paid() -> None:
    one = Instalment(1, FIRST, 100, paid=40)
    assert one.state(FIRST) == InstalmentState.DUE
    assert one.state(date(2027, 2, 1)) == InstalmentState.OVERDUE
    assert replace(one, paid=100).state(date(2027, 2, 1)) == InstalmentState.PAID


def test_what_remains_is_what_is_open_and_too_much_pays_nothing_else() -> None:
    first, second = monthly("CNY", 300, 2, FIRST).instalments
    plan = RepaymentPlan("CNY", 300, (replace(first, paid=200), second))
    assert (plan.remaining, plan.next_due) == (150, second)
    assert plan.is_lump_sum is False
    assert monthly("CNY", 300, 1, FIRST).is_lump_sum
