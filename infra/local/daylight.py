"""Where a first run's clock starts: at an hour when notices may leave to every seeded borrower."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from infra.local.clock import MovableClock

# Inside the permitted hours of every seeded profile, with an hour to spare, so that a newcomer has time.
_FIRST, _LAST = 9, 20
_STEP = timedelta(minutes=15)


def start(clock: MovableClock, zones: list[ZoneInfo]) -> str | None:
    """Move the clock to the next hour that is day in all `zones`; returns what to tell, None when it is.

    Zones that never share such an hour leave the clock where it is.
    """
    now = clock()
    quarter = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    later = (quarter + n * _STEP for n in range(1, 24 * 4 + 1))
    moment = next((each for each in (now, *later) if _is_day(each, zones)), now)
    if moment == now:
        return None
    clock.stand_at(moment)
    clock.run_on()
    there = " and ".join(f"{moment.astimezone(zone):%d %b, %H:%M} in {city(zone)}" for zone in zones)
    return f"It is not day everywhere, and notices may leave by day alone: this clock starts at {there}."


def city(zone: ZoneInfo) -> str:
    """Return a zone's city as a reader knows it."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def _is_day(moment: datetime, zones: list[ZoneInfo]) -> bool:
    return all(_FIRST <= moment.astimezone(zone).hour < _LAST for zone in zones)
