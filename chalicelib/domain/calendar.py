"""Business days of a jurisdiction: weekends, public holidays, and weekends worked to make up for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off of one jurisdiction.

    `holidays` are all public holidays by name, those on weekends too; `make_up_days` are weekend days worked
    in exchange. Nothing is published beyond `known_until`: from there on only weekends are days off.
    """

    name: str
    source: str
    known_until: date
    holidays: Mapping[date, str]
    make_up_days: frozenset[date] = frozenset()

    def knows(self, day: date) -> bool:
        """Whether the holidays of this day are published."""
        return day <= self.known_until

    def is_business_day(self, day: date) -> bool:
        """Whether people work on this day."""
        if day in self.make_up_days:
            return True
        return not is_weekend(day) and day not in self.holidays

    def add_business_days(self, start: date, count: int) -> date:
        """Return the `count`-th business day after `start`; `start` itself is never counted.

        With 0 it is `start`, business day or not. Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError(f"{count} business days: a term runs forward")
        day = start
        while count:
            day += _DAY
            count -= self.is_business_day(day)
        return day


def is_weekend(day: date) -> bool:
    """Whether a day is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY
