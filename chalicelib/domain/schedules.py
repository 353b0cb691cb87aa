"""Schedules of payments to the last minor unit: equal, amortised, or at once (pure)."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.repayment_plan import Instalment, RepaymentPlan
from chalicelib.domain.rules import months_later

_BASIS_POINTS_MONTHS = 120_000  # a basis point of a year's interest, for one month


def equal(currency: str, total: int, count: int, first_due: date) -> RepaymentPlan:
    """Return at most `count` equal monthly payments, of which only the last is smaller: it takes the rest.

    None is above a `count`-th, rounded up. Raises ValueError unless both are positive.
    """
    if total < 1 or count < 1:
        raise ValueError(f"{total} minor units cannot be {count} payments")
    each = -(-total // count)
    full = (total - 1) // each
    return scheduled(currency, [each] * full + [total - each * full], first_due)


def at_once(currency: str, total: int, due: date) -> RepaymentPlan:
    """Return one payment of everything."""
    return scheduled(currency, [total], due)


def amortised(total: int, yearly_rate: int, payment: int, most_months: int) -> list[int] | None:
    """Return monthly payments that repay `total` with interest on what is left, the last being the rest.

    `yearly_rate` is in basis points; a month's interest is rounded to the nearest minor unit, a half up.
    None when `payment` does not repay it within `most_months`.
    """
    left = total
    amounts: list[int] = []
    while left and len(amounts) < most_months:
        left += (left * yearly_rate * 2 + _BASIS_POINTS_MONTHS) // (_BASIS_POINTS_MONTHS * 2)
        amounts.append(min(payment, left))
        left -= amounts[-1]
    return None if left else amounts


def least_payment(total: int, yearly_rate: int, months: int) -> int:
    """Return the smallest monthly payment that repays `total` with its interest within `months`."""
    low, high = 1, total * 2
    while low < high:
        middle = (low + high) // 2
        if amortised(total, yearly_rate, middle, months) is None:
            low = middle + 1
        else:
            high = middle
    return low


def scheduled(currency: str, amounts: list[int], first_due: date) -> RepaymentPlan:
    """Return a plan of these payments, a month apart."""
    instalments = tuple(
        Instalment(place + 1, months_later(first_due, place), amount) for place, amount in enumerate(amounts)
    )
    return RepaymentPlan(currency, sum(amounts), instalments)
