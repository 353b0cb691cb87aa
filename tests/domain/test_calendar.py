"""Business days: the published holidays day by day, weekends worked to make up for them, and the unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest
from chinese_calendar import constants
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import profiles
from chalicelib.domain.calendar import Calendar
from chalicelib.domain.calendar_data import parse_calendar
from chalicelib.domain.errors import InvalidProfile

YEARS = (2025, 2026, 2027)
PUBLISHED = {
    "us": lambda: holidays.country_holidays("US", years=YEARS),
    "gb": lambda: holidays.country_holidays("GB", subdiv="ENG", years=YEARS),
    "eu": lambda: holidays.financial_holidays("ECB", years=YEARS),
}
WHOLE: dict[str, Any] = {
    "source": "a law",
    "known_until": "2026-12-31",
    "holidays": {"2026-01-01": "New Year's Day"},
    "make_up_days": {"2026-01-04": "New Year's Day"},
}
DAYS = st.dates(date(2024, 12, 1), date(2028, 3, 1))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def test_every_day_in_china_is_what_the_state_council_published() -> None:
    calendar = profiles.calendar("cn")
    for day in _days(date(2025, 1, 1), date(2026, 12, 31)):
        assert calendar.is_business_day(day) == chinese_calendar.is_workday(day), day
        assert (day in calendar.holidays) == (day in constants.holidays), day
        assert (day in calendar.make_up_days) == (day in constants.workdays), day


def test_china_is_known_as_far_as_it_is_published() -> None:
    """When the dev package learns another year, profiles/holidays/cn.json has to learn it too."""
    assert profiles.calendar("cn").known_until == date(max(constants.holidays).year, 12, 31)


def test_beyond_what_is_published_only_weekends_are_off() -> None:
    calendar = profiles.calendar("cn")
    assert calendar.knows(date(2026, 12, 31))
    assert not calendar.knows(date(2027, 1, 1))
    assert calendar.is_business_day(date(2027, 1, 1))  # a Friday
    assert not calendar.is_business_day(date(2027, 1, 2))


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_holidays_elsewhere_are_those_published(name: str) -> None:
    calendar, published = profiles.calendar(name), PUBLISHED[name]()
    assert dict(calendar.holidays) == dict(published)
    assert calendar.known_until == date(2027, 12, 31)
    for day in _days(date(2025, 1, 1), date(2027, 12, 31)):
        assert calendar.is_business_day(day) == (day.weekday() < 5 and day not in published), day


def test_a_weekend_that_is_worked_counts() -> None:
    calendar = profiles.calendar("cn")
    # Friday before the Spring Festival of 2026: Saturday the 14th is worked, then nine days off.
    assert calendar.add_business_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert calendar.add_business_days(date(2026, 2, 13), 2) == date(2026, 2, 24)


@given(DAYS, st.integers(0, 30), st.sampled_from(["cn", "us", "gb", "eu"]))
def test_business_days_are_counted_one_by_one(start: date, count: int, name: str) -> None:
    calendar = profiles.calendar(name)
    end = calendar.add_business_days(start, count)
    between = [day for day in _days(start + timedelta(days=1), end) if calendar.is_business_day(day)]
    assert len(between) == count
    assert end == start if count == 0 else calendar.is_business_day(end)


def test_a_term_runs_forward() -> None:
    with pytest.raises(ValueError, match="forward"):
        profiles.calendar("cn").add_business_days(date(2026, 1, 1), -1)


def test_a_calendar_is_read_whole() -> None:
    calendar = parse_calendar("XX", WHOLE)
    assert calendar == Calendar(
        "xx", "a law", date(2026, 12, 31), {date(2026, 1, 1): "New Year's Day"}, frozenset({date(2026, 1, 4)})
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"known_until": "2025-12-31"}, "known_until lies before 2026-01-01"),
        ({"holidays": {"1 May": "Labour Day"}}, "holidays.1 May must be a date"),
        ({"make_up_days": {"2026-01-05": "a Monday"}}, "make_up_days must all be weekend days"),
        ({"source": ""}, "source must be a text"),
        ({"weekend": ["SAT"]}, "weekend is not a key known here"),
    ],
)
def test_a_fault_in_a_calendar_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidProfile, match=f"holidays/xx.json: {message}"):
        parse_calendar("XX", WHOLE | change)


def test_an_unknown_calendar_is_told() -> None:
    with pytest.raises(InvalidProfile, match="no holiday calendar 'zz'"):
        profiles.calendar("zz")
