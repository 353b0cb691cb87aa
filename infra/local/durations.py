"""ISO 8601 durations, added to a moment by the calendar."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_FORM = re.compile(
    rf"P(?=[\dT])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: whole calendar months, and the rest exactly."""

    months: int
    rest: timedelta

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Return the duration `text` names (`P1D`, `PT2H30M`, `P1M`); raises ValueError on any other form."""
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError(
                f"not an ISO 8601 duration: {text[:40]!r}; write for example P1D, PT2H30M or P1W"
            )
        numbers = [float((part or "0").replace(",", ".")) for part in found.groups()]
        years, months, weeks, days, hours, minutes, seconds = numbers
        whole = years * 12 + months
        if whole != int(whole):
            raise ValueError(f"a part of a month has no fixed length: {text[:40]!r}; write days instead")
        try:
            rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError as error:
            raise ValueError(f"too long: {text[:40]!r}; the clock ends with the year 9999") from error
        return cls(int(whole), rest)

    def after(self, moment: datetime) -> datetime:
        """Return `moment` plus this duration (P1M keeps to the month's end); ValueError past year 9999."""
        try:
            total = moment.year * 12 + moment.month - 1 + self.months
            year, month = total // 12, total % 12 + 1
            day = min(moment.day, calendar.monthrange(year, month)[1])
            return moment.replace(year=year, month=month, day=day) + self.rest
        except (OverflowError, ValueError) as error:
            raise ValueError("too far ahead; the clock ends with the year 9999") from error
