"""Permitted hours: no moment outside them in any zone, none of them skipped, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.windows import Window, zones_of

DAYTIME = Window(time(8), time(22))
# Zones that change their clocks by an hour, by half an hour, at odd hours, or jumped over a whole day.
ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Beirut",
]
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
MINUTES = st.integers(0, 24 * 60 - 2)


def _is_open(window: Window, moment: datetime, zones: list[ZoneInfo]) -> bool:
    return all(window.opens <= moment.astimezone(zone).time() < window.closes for zone in zones)


@given(MOMENTS, st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True))
@example(datetime(2026, 3, 8, 6, 59, tzinfo=UTC), ["America/New_York"])
@example(datetime(2011, 12, 30, 8, 30, tzinfo=UTC), ["Pacific/Apia"])
def test_next_open_is_the_first_permitted_moment(at: datetime, names: list[str]) -> None:
    zones = [ZoneInfo(name) for name in names]
    found = DAYTIME.next_open(at, zones)
    assert found >= at
    assert _is_open(DAYTIME, found, zones)
    earlier = at
    while earlier < found:
        assert not _is_open(DAYTIME, earlier, zones), f"{earlier} was permitted and skipped"
        earlier += timedelta(minutes=15)


@given(MOMENTS, st.sampled_from(ZONES), MINUTES, st.integers(1, 24 * 60))
@example(datetime(2026, 11, 1, 6, 15, tzinfo=UTC), "America/New_York", 90, 60)
@example(datetime(2026, 3, 8, 6, 0, tzinfo=UTC), "America/New_York", 150, 60)
def test_windows_at_the_hours_where_clocks_change(at: datetime, name: str, opens: int, length: int) -> None:
    """Two o'clock does not exist on one night and comes twice on another."""
    closes = min(opens + length, 24 * 60 - 1)
    window = Window(time(*divmod(opens, 60)), time(*divmod(closes, 60)))
    zones = [ZoneInfo(name)]
    try:
        found = window.next_open(at, zones)
    except ValueError:
        pytest.fail("one zone is open every day but those that skip the window")
    assert found >= at
    assert _is_open(window, found, zones)
    step = (found - at) / 50
    assert not any(_is_open(window, at + step * n, zones) for n in range(50) if found > at)


def test_the_edges_belong_to_the_opening_and_not_to_the_closing() -> None:
    zones = [ZoneInfo("Asia/Shanghai")]
    opening, closing = datetime(2026, 11, 23, 0, tzinfo=UTC), datetime(2026, 11, 23, 14, tzinfo=UTC)
    last = closing - timedelta(seconds=1)
    assert DAYTIME.next_open(opening, zones) == opening
    assert DAYTIME.next_open(opening - timedelta(seconds=1), zones) == opening
    assert DAYTIME.next_open(last, zones) == last
    assert DAYTIME.next_open(closing, zones) == opening + timedelta(days=1)


@pytest.mark.parametrize(
    ("night", "opening"),
    [
        (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC)),
        (datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 13, tzinfo=UTC)),
    ],
    ids=["spring: an hour sooner", "autumn: an hour later"],
)
def test_eight_o_clock_after_a_night_of_changing_clocks(night: datetime, opening: datetime) -> None:
    assert DAYTIME.next_open(night, [ZoneInfo("America/New_York")]) == opening


def test_an_opening_that_the_clock_skips_is_the_moment_the_clock_lands() -> None:
    window = Window(time(2, 30), time(22))
    midnight = datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert window.next_open(midnight, [ZoneInfo("America/New_York")]) == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_somewhere_in_the_country_means_everywhere_in_it() -> None:
    country = zones_of(None, ["America/New_York", "America/Los_Angeles"])
    morning_in_new_york = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    assert DAYTIME.next_open(morning_in_new_york, country) == datetime(2026, 6, 1, 15, tzinfo=UTC)
    late_in_new_york = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)  # 22:00 there, 19:00 in the west
    assert DAYTIME.next_open(late_in_new_york, country) == datetime(2026, 6, 2, 15, tzinfo=UTC)


def test_zones_that_never_share_an_hour_are_an_error() -> None:
    zones = zones_of(None, ["Europe/London", "Asia/Shanghai", "America/Los_Angeles"])
    with pytest.raises(ValueError, match="never open"):
        Window(time(9), time(12)).next_open(datetime(2026, 6, 1, tzinfo=UTC), zones)


@pytest.mark.parametrize(
    "name", [None, "", "Mars/Olympus", "../etc/passwd", "America", "Asia/Shang hai", "/"]
)
def test_an_unknown_zone_takes_every_zone_of_the_country(name: str | None) -> None:
    country = ["America/New_York", "America/Los_Angeles"]
    assert zones_of(name, country) == tuple(ZoneInfo(zone) for zone in country)


def test_a_known_zone_stands_alone() -> None:
    assert zones_of("Asia/Tokyo", ["Asia/Shanghai"]) == (ZoneInfo("Asia/Tokyo"),)
