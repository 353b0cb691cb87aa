"""Permitted hours in the borrower's zone: is this moment inside, and if not, when is the next one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)
_HORIZON = timedelta(days=45)  # longer than any row of days off


@dataclass(frozen=True, slots=True)
class Window:
    """Local hours from `opens` (included) to `closes` (not included), both on the same day.

    It stays shut on `closed_weekdays` (0 is Monday) and on `closed_days`.
    """

    opens: time
    closes: time
    closed_weekdays: frozenset[int] = frozenset()
    closed_days: Collection[date] = frozenset()

    def next_open(self, at: datetime, zones: Sequence[ZoneInfo]) -> datetime:
        """Return the first moment from `at` (aware) on that lies inside the window in every zone, in UTC.

        Several zones stand for "somewhere in this country": the strictest wins. Raises ValueError when
        the zones lie so far apart that the window is never open in all of them.
        """
        moment = at.astimezone(UTC)
        while moment <= at + _HORIZON:
            later = max((self._next_in(moment, zone) for zone in zones), default=moment)
            if later == moment:
                return moment
            moment = later
        raise ValueError("the window is never open in all zones at once; name the borrower's zone")

    def open_for(self, at: datetime, zones: Sequence[ZoneInfo]) -> timedelta:
        """Return how long the window stays open in every zone, from a moment inside it."""
        closings = (
            datetime.combine(at.astimezone(zone).date(), self.closes, tzinfo=zone) - at for zone in zones
        )
        return min(closings, default=timedelta())

    def _next_in(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the first open moment in one zone, or a change of its clock that comes before it."""
        local = moment.astimezone(zone).replace(tzinfo=None)
        opening = self._next_by_the_clock(local)
        if opening == local:
            return moment
        offset = _offset(moment, zone)
        candidate = (opening - offset).replace(tzinfo=UTC)
        return candidate if _offset(candidate, zone) == offset else _change(moment, candidate, zone)

    def _next_by_the_clock(self, local: datetime) -> datetime:
        """Return the first open reading of a clock that runs on from `local` and is never set."""
        if self._is_open_on(local.date()) and self.opens <= local.time() < self.closes:
            return local
        day = local.date() if local.time() < self.opens else local.date() + _DAY
        last = day + _HORIZON
        while not self._is_open_on(day) and day < last:
            day += _DAY
        return datetime.combine(day, self.opens)

    def _is_open_on(self, day: date) -> bool:
        return day.weekday() not in self.closed_weekdays and day not in self.closed_days


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which a zone's clock is set, somewhere between two moments of unlike offset."""
    start, offset = before.replace(microsecond=0), _offset(before, zone)
    low, high = 0, int((after - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(start + timedelta(seconds=middle), zone) == offset:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)


def zones_of(name: str | None, country: Sequence[str]) -> tuple[ZoneInfo, ...]:
    """Return the borrower's zone, or all zones of the country when it is missing or unknown (strictest)."""
    if name:
        try:
            return (ZoneInfo(name),)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return tuple(ZoneInfo(zone) for zone in country)
