"""When a mediation may meet: parts of the working days between notice and time limit (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chalicelib.domain.profile import Profile

PARTS = ((time(9), time(12)), (time(14), time(17)), (time(18), time(20)))
"""Morning, afternoon and evening of a day on which people meet (*policy*)."""
_DAYS = 8  # *policy*: enough to find a time, few enough for one page on a phone


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """One part of a day, in the borrower's zone."""

    start: datetime
    end: datetime

    @property
    def code(self) -> str:
        """The name under which it is offered and kept: the local hour it starts, `2026-11-27T09`."""
        return f"{self.start:%Y-%m-%dT%H}"

    @classmethod
    def of(cls, code: str, zone: ZoneInfo) -> PartOfDay:
        """Return the part that a code names."""
        start = datetime.strptime(code, "%Y-%m-%dT%H").replace(tzinfo=zone)
        ends = dict(PARTS).get(start.time(), time.max)
        return cls(start, datetime.combine(start.date(), ends, tzinfo=zone))


def offered(profile: Profile, zone: ZoneInfo, now: datetime) -> list[PartOfDay]:
    """Return the parts of days that may be asked for at `now` (aware), in order.

    They lie on working days that leave the other side its full notice (`meeting_notice`), within the
    `mediation_limit`, and inside the permitted hours of contact.
    """
    today = now.astimezone(zone).date()
    return [part for day in _days(profile, today) for part in _parts(profile, zone, day)]


def _days(profile: Profile, today: date) -> Iterator[date]:
    first, last = profile.last_day("meeting_notice", today), profile.last_day("mediation_limit", today)
    ahead = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    working = (day for day in ahead if profile.calendar.is_business_day(day))
    for _, day in zip(range(_DAYS), working, strict=False):
        yield day


def _parts(profile: Profile, zone: ZoneInfo, day: date) -> Iterator[PartOfDay]:
    window = profile.contact_window
    for start, end in PARTS:
        if window.opens <= start and end <= window.closes:
            yield PartOfDay(*(datetime.combine(day, each, tzinfo=zone) for each in (start, end)))
