"""Permitted hours in the borrower's zone: is this moment inside, and if not, when is the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Local hours from `opens` (included) to `closes` (not included), both on the same day."""

    opens: time
    closes: time

    def next_open(self, at: datetime, zones: Sequence[ZoneInfo]) -> datetime:
        """Return the first moment from `at` (aware) on that lies inside the window in every zone, in UTC.

        Several zones stand for "somewhere in this country": the strictest wins. Raises ValueError when
        the zones lie so far apart that the window is never open in all of them.
        """
        moment = at.astimezone(UTC)
        for _ in range(3 * len(zones) + 1):
            later = max((self._next_in(moment, zone) for zone in zones), default=moment)
            if later == moment:
                return moment
            moment = later
        raise ValueError("the window is never open in all zones at once; name the borrower's zone")

    def _next_in(self, moment: datetime, zone: ZoneInfo) -> datetime:
        local = moment.astimezone(zone)
        if self.opens <= local.time() < self.closes:
            return moment
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        wall = datetime.combine(day, self.opens)
        readings = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        opening = max(moment, min(readings))
        # A clock change can skip the opening, or pass it twice; the first second at or after it is meant.
        while opening.astimezone(zone).replace(tzinfo=None) < wall:
            opening += _SECOND
        return opening


def zones_of(name: str | None, country: Sequence[str]) -> tuple[ZoneInfo, ...]:
    """Return the borrower's zone, or all zones of the country when it is missing or unknown (strictest)."""
    if name:
        try:
            return (ZoneInfo(name),)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return tuple(ZoneInfo(zone) for zone in country)
