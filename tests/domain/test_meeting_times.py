"""Times for a mediation: working days with full notice, within the limit, inside the permitted hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib import profiles
from chalicelib.domain.meeting_times import PartOfDay, offered
from tests.samples import NOON

SHANGHAI = ZoneInfo("Asia/Shanghai")
CN = profiles.current("CN", NOON)


def test_the_first_day_leaves_full_notice_and_weekends_are_skipped() -> None:
    codes = [part.code for part in offered(CN, SHANGHAI, NOON)]
    assert codes[:4] == ["2026-11-27T09", "2026-11-27T14", "2026-11-27T18", "2026-11-30T09"]
    assert len(codes) == 24


def test_public_holidays_are_no_working_days() -> None:
    before = datetime(2026, 9, 25, 4, tzinfo=UTC)  # National Day: 1 to 7 October
    days = {part.start.date() for part in offered(CN, SHANGHAI, before)}
    assert not days & {date(2026, 10, day) for day in range(1, 8)}
    assert all(CN.calendar.is_business_day(day) for day in days)


@pytest.mark.parametrize("jurisdiction", ["CN", "US", "GB", "EU"])
def test_every_profile_offers_times_inside_its_hours_and_limit(jurisdiction: str) -> None:
    profile = profiles.current(jurisdiction, NOON)
    zone = ZoneInfo(profile.zones[0])
    today = NOON.astimezone(zone).date()
    parts = offered(profile, zone, NOON)
    assert len(parts) == 24
    for part in parts:
        assert profile.contact_window.opens <= part.start.time()
        assert part.end.time() <= profile.contact_window.closes
        assert profile.last_day("meeting_notice", today) < part.start.date()
        assert part.start.date() <= profile.last_day("mediation_limit", today)


def test_nothing_is_offered_outside_the_window() -> None:
    early = replace(CN, contact_window=replace(CN.contact_window, closes=time(17)))
    assert {part.start.hour for part in offered(early, SHANGHAI, NOON)} == {9, 14}


def test_the_day_is_the_borrowers_own() -> None:
    late = datetime(2026, 11, 23, 17, tzinfo=UTC)  # already the 24th in Shanghai
    assert offered(CN, SHANGHAI, late)[0].code == "2026-11-30T09"
    assert offered(CN, ZoneInfo("UTC"), late)[0].code == "2026-11-27T09"


def test_a_code_names_its_part_of_a_day() -> None:
    for part in offered(CN, SHANGHAI, NOON):
        assert PartOfDay.of(part.code, SHANGHAI) == part
    assert PartOfDay.of("2026-11-27T09", SHANGHAI).end - NOON > timedelta(days=3)
