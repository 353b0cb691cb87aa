"""What every rule of a profile says of itself, and the terms that rules set."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chalicelib.domain.calendar import Calendar


class Certainty(StrEnum):
    """How sure a rule is: high (read in the law), medium, low (a policy, or one source alone)."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


class Scope(StrEnum):
    """For whom a profile speaks: a lender about his own loans, or somebody who collects for others."""

    CREDITOR = "creditor"
    THIRD_PARTY_COLLECTOR = "third_party_collector"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a rule comes from: its id, its source (law and paragraph, or *policy*) and its certainty."""

    id: str
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Duty:
    """A rule in words, for people to read: what it demands is built into a template or an act."""

    rule: Rule
    says: str


class Unit(StrEnum):
    """What a term is counted in; the values are the keys of a profile's JSON."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


_SECONDS = {Unit.MINUTES: 60, Unit.HOURS: 3_600, Unit.DAYS: 86_400}
_MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time that a rule sets."""

    rule: Rule
    amount: int
    unit: Unit

    @property
    def seconds(self) -> int:
        """The term in seconds; raises ValueError when its length depends on the day it starts."""
        if self.unit not in _SECONDS:
            raise ValueError(f"{self.rule.id}: {self.amount} {self.unit} have no fixed length")
        return self.amount * _SECONDS[self.unit]

    def last_day(self, start: date, calendar: Calendar) -> date:
        """Return the last day of a term that starts on `start`, which itself is not counted.

        Raises ValueError for a term of hours or minutes: that one ends at a moment (`seconds`).
        """
        if self.unit == Unit.DAYS:
            return start + timedelta(days=self.amount)
        if self.unit == Unit.BUSINESS_DAYS:
            return calendar.add_business_days(start, self.amount)
        if self.unit == Unit.MONTHS:
            return months_later(start, self.amount)
        raise ValueError(f"{self.rule.id}: {self.amount} {self.unit} are no days")


def months_later(start: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(start.year * _MONTHS_IN_YEAR + start.month - 1 + months, _MONTHS_IN_YEAR)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Hold:
    """What a hold is in a jurisdiction; `days` is None when it lasts until somebody lifts it.

    `extension_days` may be added once; `days_after_treatment` is the tail of a mental-health crisis hold.
    """

    rule: Rule
    days: int | None
    extension_days: int | None = None
    days_after_treatment: int | None = None


@dataclass(frozen=True, slots=True)
class OptOut:
    """How a person silences a channel; `words` is a reply that surely means it, any case."""

    rule: Rule
    words: tuple[str, ...]
