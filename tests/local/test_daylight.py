"""A first run starts at an hour when notices may leave to every seeded borrower."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from infra.local.clock import MovableClock
from infra.local.daylight import start

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
HONOLULU = ZoneInfo("Pacific/Honolulu")


def clock_at(tmp_path: Path, hour: int, minute: int = 0) -> MovableClock:
    now = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
    return MovableClock(tmp_path / "clock.json", lambda: now)


@pytest.mark.parametrize(("hour", "minute"), [(9, 0), (11, 59)])
def test_stays_where_it_is_day_everywhere(tmp_path: Path, hour: int, minute: int) -> None:
    clock = clock_at(tmp_path, hour, minute)
    assert start(clock, [SHANGHAI, LONDON]) is None
    assert clock() == datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "day", "opening"), [(1, 23, 9), (8, 23, 9), (12, 24, 9), (20, 24, 9), (23, 24, 9)]
)
def test_moves_to_the_next_common_day(tmp_path: Path, hour: int, day: int, opening: int) -> None:
    clock = clock_at(tmp_path, hour, 7)
    told = start(clock, [SHANGHAI, LONDON])
    assert clock() == datetime(2026, 11, day, opening, tzinfo=UTC)
    assert told is not None
    assert "17:00 in Shanghai" in told
    assert "09:00 in London" in told


def test_stays_where_there_is_no_common_day(tmp_path: Path) -> None:
    clock = clock_at(tmp_path, 3)
    assert start(clock, [LONDON, HONOLULU, SHANGHAI]) is None
    assert clock() == datetime(2026, 11, 23, 3, tzinfo=UTC)
