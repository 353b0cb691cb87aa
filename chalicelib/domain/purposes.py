"""Which rules bind which purpose of contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.codes import HoldKind
from chalicelib.domain.rules import Rule


class Heeding(StrEnum):
    """Whether what a person asked for binds a purpose: his opt-out from a channel, his convenient hours.

    The last resort is a notice that could go no other way, or at no other hour while it is of use.
    """

    ALWAYS = "always"
    UNLESS_LAST_RESORT = "unless_last_resort"
    NEVER = "never"


class End(StrEnum):
    """What of a case ends a purpose: its close (or nothing owed any more), the borrower's answer."""

    CLOSED = "closed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """How contacts of one purpose are bound.

    `counted` ones use up the caps, `capped` ones wait for them, `windowed` ones for permitted hours, unless
    they answer the person's own act of at most `at_once` seconds ago. `heeds_hours`: whether they keep to the
    hours the person asked for.
    """

    rule: Rule
    counted: bool
    capped: bool
    windowed: bool
    heeds_opt_out: Heeding
    heeds_hours: Heeding
    stopped_by: frozenset[HoldKind]
    ended_by: frozenset[End]
    at_once: int = 0

    def any_hour(self, acted_at: datetime | None, at: datetime) -> bool:
        """Whether a contact at `at` need not wait for permitted hours.

        An act that lies a moment ahead was told by another clock.
        """
        if not self.windowed:
            return True
        return acted_at is not None and abs(at - acted_at) < timedelta(seconds=self.at_once)

    def silenced(self, *, last_resort: bool) -> bool:
        """Whether an opt-out holds this purpose back."""
        return self.heeds_opt_out == Heeding.ALWAYS or (
            self.heeds_opt_out == Heeding.UNLESS_LAST_RESORT and not last_resort
        )
