"""Permitted hours: no moment outside them in any zone, none of them skipped, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
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


def _is_open(window: Window, moment: datetime, zones: list[ZoneInfo]) -> bool:
    clocks = [moment.astimezone(zone) for zone in zones]
    return all(
        window.opens <= clock.time() < window.closes
        and clock.weekday() not in window.closed_weekdays
        and clock.date() not in window.closed_days
        for clock in clocks
    )


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


# Nights on which a clock is set: (zone, a moment before).
CHANGES = [
    ("America/New_York", datetime(2026, 3, 8, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 0, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 24, 20, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 10, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 10, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, 16, tzinfo=UTC)),  # midnight to one o'clock
    ("Asia/Beirut", datetime(2026, 10, 24, 16, tzinfo=UTC)),  # midnight back to eleven, on the day before
    ("Africa/Casablanca", datetime(2027, 2, 6, 20, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 4, tzinfo=UTC)),  # a whole day does not exist
]
QUARTER = timedelta(minutes=15)


@settings(max_examples=300)
@given(st.sampled_from(CHANGES), st.integers(0, 60), st.integers(0, 94), st.integers(1, 95), st.booleans())
@example(("America/New_York", datetime(2026, 11, 1, 5, tzinfo=UTC)), 3, 4, 2, False)  # shut, and open again
@example(
    ("America/New_York", datetime(2026, 11, 1, 5, tzinfo=UTC)), 0, 6, 60, False
)  # opens at half past one
@example(("America/New_York", datetime(2026, 3, 8, 6, tzinfo=UTC)), 0, 10, 40, False)  # at half past two
def test_windows_at_the_hours_where_clocks_change(
    change: tuple[str, datetime], start: int, opens: int, length: int, shut_on_sundays: bool
) -> None:
    """Two o'clock does not exist on one night and comes twice on another; held quarter by quarter."""
    closes = min(opens + length, 95)
    window = Window(
        time(*divmod(opens * 15, 60)),
        time(*divmod(closes * 15, 60)),
        frozenset({6} if shut_on_sundays else ()),
    )
    zones, at = [ZoneInfo(change[0])], change[1] + start * QUARTER
    expected = at
    while not _is_open(window, expected, zones):
        expected += QUARTER
    assert window.next_open(at, zones) == expected


@given(
    MOMENTS,
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), max_size=6),
    st.frozensets(st.integers(0, 20), max_size=12),
)
def test_on_closed_days_it_stays_shut_and_the_next_open_one_is_found(
    at: datetime, name: str, weekdays: frozenset[int], offsets: frozenset[int]
) -> None:
    zone = ZoneInfo(name)
    days_off = {at.astimezone(zone).date() + timedelta(days=offset) for offset in offsets}
    window = Window(time(8), time(22), weekdays, days_off)
    found = window.next_open(at, [zone])
    assert _is_open(window, found, [zone])
    hour = at
    while hour < found:
        assert not _is_open(window, hour, [zone]), f"{hour} was permitted and skipped"
        hour += timedelta(hours=1)


def test_a_day_off_anywhere_in_the_country_is_a_day_off() -> None:
    window = Window(time(8), time(22), frozenset({6}))
    country = zones_of(None, ["America/New_York", "Pacific/Guam"])
    # Sunday evening in New York is Monday in Guam; Saturday evening is Sunday there.
    assert window.next_open(datetime(2026, 11, 28, 23, tzinfo=UTC), country) == datetime(
        2026, 11, 30, 22, tzinfo=UTC
    )


def test_a_window_that_never_opens_is_an_error() -> None:
    with pytest.raises(ValueError, match="never open"):
        Window(time(8), time(22), frozenset(range(7))).next_open(
            datetime(2026, 6, 1, tzinfo=UTC), [ZoneInfo("Asia/Shanghai")]
        )


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
