"""Judicial confirmation of an agreement: both sides apply together, within the law's term (invariant 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.agreement import Party
from chalicelib.domain.errors import OutOfTurn, TooLate

APPLICANTS = (Party.BORROWER, Party.CREDITOR)


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
            raise TooLate("the time to apply to the court ended on {day}", day=self.last_day)

    def require_joint(self) -> None:
        """Raise OutOfTurn unless both sides apply and no court has ruled."""
        if not self.is_joint or self.ruling:
            raise OutOfTurn("a ruling follows an application of both sides, once")

    @property
    def remind_on(self) -> date:
        """The day on which the borrower is reminded of it: half of the term is over then (*policy*)."""
        return self.effective_on + (self.last_day - self.effective_on) / 2

    def is_awaited(self, today: date) -> bool:
        """Whether the application can still be made and is not: a side has not joined, the term runs."""
        return not self.is_joint and self.ruling is None and today <= self.last_day
