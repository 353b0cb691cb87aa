"""Judicial confirmation of an agreement: both sides apply together, within the law's term (invariant 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from chalicelib.domain.agreement import Party
from chalicelib.domain.errors import OutOfTurn, TooLate

APPLICANTS = (Party.BORROWER, Party.CREDITOR)
_REMINDERS = (10, 3)  # *policy*: days before the last one


class Ruling(StrEnum):
    """What a court made of an application (Civil Procedure Law of the PRC, art. 206)."""

    CONFIRMED = "CONFIRMED"
    DISMISSED = "DISMISSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """An application to a court: who has joined it and when (UTC), by when it may be made, what came of it.

    `last_day` is the borrower's own day: the profile's term from the day the agreement took effect.
    """

    effective_on: date
    last_day: date
    joined: Mapping[Party, datetime] = field(default_factory=dict)
    ruling: Ruling | None = None

    @property
    def is_joint(self) -> bool:
        """Whether both sides apply; one alone is no application (People's Mediation Law art. 33)."""
        return all(party in self.joined for party in APPLICANTS)

    def require_open(self, party: Party, today: date) -> None:
        """Raise TooLate after the last day, OutOfTurn before the effect or for who is no side."""
        if party not in APPLICANTS:
            raise OutOfTurn("the two sides apply to the court, nobody else")
        if today < self.effective_on:
            raise OutOfTurn("an agreement is confirmed once it is in effect")
        if today > self.last_day:
            raise TooLate(f"the time to apply to the court ended on {self.last_day}")

    def require_joint(self) -> None:
        """Raise OutOfTurn unless both sides apply and no court has ruled."""
        if not self.is_joint or self.ruling:
            raise OutOfTurn("a ruling follows an application of both sides, once")

    def reminders(self) -> tuple[date, ...]:
        """Return the days on which a side that has not joined is reminded; none once both have."""
        if self.is_joint:
            return ()
        days = (self.last_day - timedelta(days=before) for before in _REMINDERS)
        return tuple(day for day in days if day > self.effective_on)
