"""The exact terms of an offer, as a person sets them within what the lender permits (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from chalicelib.domain.arrangement import Arrangement, Parts, Way, still_owed
from chalicelib.domain.errors import NotPermitted
from chalicelib.domain.money import Sum
from chalicelib.domain.offer_limits import Limits
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.domain.schedules import amortised, at_once, equal, least_payment, scheduled

_AT_ONCE = (Way.GRACE, Way.EXTENSION, Way.LUMP_SUM)
_WAIVES = {
    Way.WAIVER: ("interest", "fees", "penalty"),
    Way.PRINCIPAL_REDUCTION: ("principal", "interest", "fees", "penalty"),
    Way.LUMP_SUM: ("principal", "interest", "fees", "penalty"),
}
"""What each way may waive of; the others give time and waive nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a person sets otherwise than an offer has it; `waived` in minor units, by component."""

    count: int | None = None
    first_due: date | None = None
    waived: Mapping[str, int] = field(default_factory=dict)


def adjusted(found: Arrangement, terms: Terms, limits: Limits, today: date) -> Arrangement:
    """Return an offer with the terms that were set; raises NotPermitted, which says what is."""
    if terms == Terms():
        return found
    waived = _waived(found, terms.waived, limits)
    first, left = terms.first_due or found.first_due, found.owed.total - waived.total
    count = terms.count or found.months
    _require_day(found.way, first, limits, today)
    _require_count(found, left, count, limits)
    plan = _plan(found, terms, left, count, first, limits)
    interest = plan.total - left
    return Arrangement(way=found.way, owed=found.owed, plan=plan, waived=waived, interest=interest)


def _waived(found: Arrangement, given: Mapping[str, int], limits: Limits) -> Parts:
    may = _WAIVES.get(found.way, ())
    if unknown := sorted(name for name, minor in given.items() if minor and name not in may):
        raise NotPermitted(
            "{way} waives nothing of {parts}; choose another way", way=found.way, parts=tuple(unknown)
        )
    waived = Parts(**(asdict(found.waived) | dict(given)))
    percents = {name: getattr(limits, name) for name in may}
    most = still_owed(found.owed).share(percents)
    if not waived.within(most):
        sums = {name: Sum(minor, found.owed.currency) for name, minor in asdict(most).items()}
        raise NotPermitted(
            "the lender waives at most: {principal} of principal, {interest} of interest, {fees} of fees,"
            " {penalty} of penalty",
            **sums,
        )
    if waived.total >= found.owed.total:
        raise NotPermitted("something has to be left to pay")
    return waived


def _require_day(way: Way, first: date, limits: Limits, today: date) -> None:
    latest = limits.latest_start(today)
    if way == Way.GRACE:
        latest = min(latest, today + timedelta(days=limits.grace_days))
    if not today < first <= latest:
        raise NotPermitted(
            "the first payment must fall due after {first} and by {last}", first=today, last=latest
        )


def _require_count(found: Arrangement, left: int, count: int, limits: Limits) -> None:
    if found.way in _AT_ONCE and count != 1:
        raise NotPermitted("{way} is one payment", way=found.way)
    if not 1 <= count <= limits.most_months:
        raise NotPermitted("the lender permits 1 to {most} payments", most=limits.most_months)
    if count > 1 and left // count < limits.least_instalment:
        least = Sum(limits.least_instalment, found.owed.currency)
        raise NotPermitted("a payment must be at least {least}", least=least)


def _plan(
    found: Arrangement, terms: Terms, left: int, count: int, first: date, limits: Limits
) -> RepaymentPlan:
    currency = found.owed.currency
    if found.way in _AT_ONCE:
        return at_once(currency, left, first)
    if found.way != Way.REAMORTISATION:
        return equal(currency, left, count, first)
    amounts = [each.amount for each in found.plan.instalments]
    if terms.count:
        payment = least_payment(left, limits.yearly_rate, count)
        amounts = amortised(left, limits.yearly_rate, payment, count) or amounts
    return scheduled(currency, amounts, first)
