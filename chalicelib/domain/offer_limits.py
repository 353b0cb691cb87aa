"""What a lender permits in an arrangement, and what the borrower said he can pay (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from chalicelib.domain.arrangement import Parts
from chalicelib.domain.codes import IncomeChange, PayOffer
from chalicelib.domain.money import Amount

_MOST = {"most_months": 120, "most_delay_days": 365, "grace_days": 90, "yearly_rate": 3_600}
_LEAST = {"most_months": 1, "grace_days": 1}
_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A lender's limits; the defaults give time and waive nothing (*policy*).

    `yearly_rate` is in basis points, 0 means that no interest is added; `least_instalment` is in minor
    units. `penalty`, `fees`, `interest` and `principal` are the percent of each that may be waived at all,
    `alone` the percent of the whole debt that one person may waive.
    """

    most_months: int = 12
    most_delay_days: int = 90
    grace_days: int = 30
    least_instalment: int = 1
    yearly_rate: int = 0
    penalty: int = 0
    fees: int = 0
    interest: int = 0
    principal: int = 0
    alone: int = 0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            most = _MOST.get(each.name, _PERCENT if each.name != "least_instalment" else value)
            if not _LEAST.get(each.name, 0) <= value <= most:
                raise ValueError(
                    f"plan_limits.{each.name} must lie within the permitted range, at most {most}"
                )

    def needs_four_eyes(self, waived: Parts, owed: Amount) -> bool:
        """Whether a second person has to approve what is waived."""
        return waived.total * _PERCENT > owed.total * self.alone

    def latest_start(self, today: date) -> date:
        """Return the last day for a first payment."""
        return today + timedelta(days=self.most_delay_days)


def limits_of(said: Mapping[str, str] | str) -> Limits:
    """Return the limits in a lender's settings (`plan_limits`; the defaults for what they do not say).

    Raises ValueError naming what is no limit or no whole number.
    """
    given = {} if isinstance(said, str) else said
    known = {each.name for each in fields(Limits)}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"plan_limits.{name} is unknown; known are {', '.join(sorted(known))}")
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            raise ValueError(f"plan_limits.{name} must be a whole number in digits")
    return Limits(**{name: int(value) for name, value in given.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the borrower said: sums in minor units, days his own; None for what he left open.

    `nothing`: he said that he can pay nothing now.
    """

    income: IncomeChange | None = None
    monthly: int | None = None
    monthly_from: date | None = None
    lump: int | None = None
    lump_on: date | None = None
    nothing: bool = False


def means_of(answers: Mapping[str, Any]) -> Means:
    """Return what a feedback says of the borrower's means (the detail of its fact)."""

    def day(name: str) -> date | None:
        return date.fromisoformat(answers[name]) if answers.get(name) else None

    def minor(name: str) -> int | None:
        return int(answers[name]) if answers.get(name) else None

    return Means(
        income=IncomeChange(answers["income"]) if answers.get("income") else None,
        monthly=minor("monthly_sum"),
        monthly_from=day("monthly_from"),
        lump=minor("lump_sum"),
        lump_on=day("lump_on"),
        nothing=answers.get("pay") == PayOffer.NOTHING,
    )
