"""Whether a plan keeps to what the borrower said he can pay (pure)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from chalicelib.domain.offer_limits import Means
from chalicelib.domain.repayment_plan import RepaymentPlan


class Affordable(StrEnum):
    """Whether an offer keeps to what the borrower said he can pay."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


def affordable(plan: RepaymentPlan, means: Means) -> Affordable:
    """Return whether a plan keeps to what the borrower said."""
    first, largest = plan.instalments[0].due, max(each.amount for each in plan.instalments)
    if plan.is_lump_sum:
        known = means.lump is not None or means.monthly is not None
        fits = _has_lump(plan.total, first, means) or _has_saved(plan.total, first, means)
    else:
        known = means.monthly is not None
        fits = known and largest <= (means.monthly or 0) and not too_early(plan, means)
    if not known:
        return Affordable.NO if means.nothing else Affordable.UNKNOWN
    return Affordable.YES if fits else Affordable.NO


def too_early(plan: RepaymentPlan, means: Means) -> bool:
    """Whether the first payment is due before the day he can pay from."""
    return means.monthly_from is not None and plan.instalments[0].due < means.monthly_from


def _has_lump(total: int, due: date, means: Means) -> bool:
    return (means.lump or 0) >= total and (means.lump_on is None or means.lump_on <= due)


def _has_saved(total: int, due: date, means: Means) -> bool:
    """Whether his monthly sums, put by until `due`, reach the total; the first comes on `monthly_from`."""
    if not means.monthly or means.monthly_from is None or due < means.monthly_from:
        return False
    start = means.monthly_from
    months = (due.year - start.year) * 12 + due.month - start.month - (due.day < start.day)
    return means.monthly * (months + 1) >= total
