"""The plan calculator: what a lender permits and a borrower can pay, as offers side by side (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chalicelib.domain.affordability import Affordable, affordable, too_early
from chalicelib.domain.arrangement import Arrangement, Parts, Way, still_owed
from chalicelib.domain.codes import IncomeChange
from chalicelib.domain.money import Amount
from chalicelib.domain.offer_limits import Limits, Means
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.domain.rules import months_later
from chalicelib.domain.schedules import amortised, at_once, equal, least_payment, scheduled

_LUMP_DAYS = 14  # *policy*: time to find a whole sum when he named no day
_SECONDARY = ("penalty", "fees", "interest")


class Reason(StrEnum):
    """Why an offer is made, and what to weigh in it; texts say it in words."""

    WITHIN_MEANS = "WITHIN_MEANS"
    ABOVE_MEANS = "ABOVE_MEANS"
    TOO_EARLY = "TOO_EARLY"
    MEANS_UNKNOWN = "MEANS_UNKNOWN"
    STARTS_WHEN_HE_CAN = "STARTS_WHEN_HE_CAN"
    INCOME_FELL = "INCOME_FELL"
    INCOME_STOPPED = "INCOME_STOPPED"
    LONGEST_PERMITTED = "LONGEST_PERMITTED"
    LENDER_WAIVES = "LENDER_WAIVES"
    NEEDS_FOUR_EYES = "NEEDS_FOUR_EYES"
    ADDS_INTEREST = "ADDS_INTEREST"
    LEAST_TOTAL = "LEAST_TOTAL"


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to repay, with why; `four_eyes`: a second person has to approve what is waived."""

    arrangement: Arrangement
    affordable: Affordable
    reasons: tuple[Reason, ...]
    four_eyes: bool


def offers(owed: Amount, today: date, limits: Limits, means: Means) -> tuple[Offer, ...]:
    """Return every offer, those he can afford first, then the cheaper, the shorter; none when all is paid.

    `today` is the borrower's own day. The same input gives the same offers.
    """
    if owed.settled:
        return ()
    found = list(_Table(owed, today, limits, means).arrangements())
    totals = {each.plan.total for each in found}
    least = min(totals) if len(totals) > 1 else None
    return tuple(sorted((_judged(each, limits, means, least) for each in found), key=_rank))


@dataclass(frozen=True, slots=True)
class _Table:
    owed: Amount
    today: date
    limits: Limits
    means: Means

    def arrangements(self) -> Iterator[Arrangement]:
        """Yield what the lender permits, each way at most once."""
        limits, total = self.limits, self.owed.total
        latest = limits.latest_start(self.today)
        yield self._arranged(Way.INSTALMENTS, self._instalments(total, self._start()))
        yield self._once(Way.GRACE, self.today + timedelta(days=limits.grace_days))
        if latest > self.today + timedelta(days=limits.grace_days):
            yield self._arranged(Way.DEFERRAL, self._instalments(total, latest))
            yield self._once(Way.EXTENSION, latest)
        yield from self._waiving()
        if limits.yearly_rate:
            yield self._reamortised()
        yield self._lump()

    def _start(self) -> date:
        """The day he said he can pay from, a month from now if he said none; within what is permitted."""
        wanted = self.means.monthly_from or months_later(self.today, 1)
        latest = max(self.limits.latest_start(self.today), self.today + timedelta(days=1))
        return min(max(wanted, self.today + timedelta(days=1)), latest)

    def _most(self, total: int) -> int:
        return max(1, min(self.limits.most_months, total // max(1, self.limits.least_instalment)))

    def _instalments(self, total: int, first: date) -> RepaymentPlan:
        """As few payments as his means allow, as many as are permitted when they are not known."""
        most, monthly = self._most(total), self.means.monthly
        count = min(most, -(-total // monthly)) if monthly else most
        return equal(self.owed.currency, total, count, first)

    def _arranged(self, way: Way, plan: RepaymentPlan, waived: Parts | None = None) -> Arrangement:
        return Arrangement(way=way, owed=self.owed, plan=plan, waived=waived or Parts())

    def _once(self, way: Way, due: date) -> Arrangement:
        return self._arranged(way, at_once(self.owed.currency, self.owed.total, due))

    def _waiving(self) -> Iterator[Arrangement]:
        ways = ((Way.WAIVER, _SECONDARY), (Way.PRINCIPAL_REDUCTION, (*_SECONDARY, "principal")))
        before = 0
        for way, names in ways:
            waived = still_owed(self.owed).share({name: getattr(self.limits, name) for name in names})
            left = self.owed.total - waived.total
            if waived.total > before and left:
                yield self._arranged(way, self._instalments(left, self._start()), waived)
            before = waived.total

    def _reamortised(self) -> Arrangement:
        """Equal payments with interest on what is left: what he can pay, else as little as is permitted."""
        total, rate, most = self.owed.total, self.limits.yearly_rate, self._most(self.owed.total)
        wanted = self.means.monthly or least_payment(total, rate, most)
        amounts = amortised(total, rate, wanted, most)
        if amounts is None:
            amounts = amortised(total, rate, least_payment(total, rate, most), most) or []
        plan = scheduled(self.owed.currency, amounts, self._start())
        added = plan.total - total
        return Arrangement(way=Way.REAMORTISATION, owed=self.owed, plan=plan, interest=added)

    def _lump(self) -> Arrangement:
        """All at once and soon, with everything waived that may be."""
        names = (*_SECONDARY, "principal")
        waived = still_owed(self.owed).share({name: getattr(self.limits, name) for name in names})
        waived = waived if waived.total < self.owed.total else Parts()
        wanted = self.means.lump_on or self.today + timedelta(days=_LUMP_DAYS)
        latest = max(self.limits.latest_start(self.today), self.today + timedelta(days=1))
        due = min(max(wanted, self.today + timedelta(days=1)), latest)
        plan = at_once(self.owed.currency, self.owed.total - waived.total, due)
        return self._arranged(Way.LUMP_SUM, plan, waived)


def _judged(found: Arrangement, limits: Limits, means: Means, least: int | None) -> Offer:
    fits, four_eyes = affordable(found.plan, means), limits.needs_four_eyes(found.waived, found.owed)
    several, no = not found.plan.is_lump_sum, fits == Affordable.NO
    early = several and too_early(found.plan, means)
    above = not several or max(each.amount for each in found.plan.instalments) > (means.monthly or 0)
    longest = several and found.months == limits.most_months
    held = {
        Reason.WITHIN_MEANS: fits == Affordable.YES,
        Reason.ABOVE_MEANS: no and above,
        Reason.TOO_EARLY: no and early,
        Reason.MEANS_UNKNOWN: fits == Affordable.UNKNOWN,
        Reason.STARTS_WHEN_HE_CAN: several and means.monthly_from == found.first_due,
        Reason.INCOME_FELL: several and means.income == IncomeChange.FELL,
        Reason.INCOME_STOPPED: several and means.income == IncomeChange.STOPPED,
        Reason.LONGEST_PERMITTED: longest,
        Reason.LENDER_WAIVES: bool(found.waived.total),
        Reason.NEEDS_FOUR_EYES: four_eyes,
        Reason.ADDS_INTEREST: found.interest > 0,
        Reason.LEAST_TOTAL: found.plan.total == least,
    }
    return Offer(found, fits, tuple(reason for reason, holds in held.items() if holds), four_eyes)


def _rank(offer: Offer) -> tuple[int, int, int, int]:
    found = offer.arrangement
    order = (Affordable.YES, Affordable.UNKNOWN, Affordable.NO)
    return order.index(offer.affordable), found.plan.total, found.months, list(Way).index(found.way)
