"""A calendar's JSON becomes a Calendar."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.calendar import Calendar, is_weekend
from chalicelib.domain.section import Section


def parse_calendar(name: str, data: object) -> Calendar:
    """Return the calendar that `data` describes; raises InvalidProfile naming file and key."""
    with Section(data, f"holidays/{name.lower()}.json") as whole:
        holidays, made_up = _days(whole.inner("holidays")), _days(whole.inner("make_up_days"))
        known_until = whole.day("known_until")
        late = [day for day in (*holidays, *made_up) if day > known_until]
        if late:
            raise whole.fault("known_until", f"lies before {min(late)}, which is listed")
        if not all(map(is_weekend, made_up)):
            raise whole.fault("make_up_days", "must all be weekend days")
        return Calendar(name.lower(), whole.text("source"), known_until, holidays, frozenset(made_up))


def _days(section: Section) -> dict[date, str]:
    with section as data:
        found = {}
        for key in data.left():
            try:
                found[date.fromisoformat(key)] = data.text(key)
            except ValueError as error:
                raise data.fault(key, "must be a date like 2026-01-31") from error
        return found
