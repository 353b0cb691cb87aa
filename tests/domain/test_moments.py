"""Moments as text: one form, second precision, no guessed zone, order kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.moments import from_stamp, stamp

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(MOMENTS)
def test_a_moment_reads_back_to_the_second(moment: datetime) -> None:
    assert from_stamp(stamp(moment)) == moment.astimezone(UTC).replace(microsecond=0)


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    """The table compares moments as text."""
    first, second = sorted([one, other])
    assert stamp(first) <= stamp(second)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        stamp(datetime(2026, 11, 23))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["", "2026-11-23", "2026-11-23T08:00:00", "2026-11-23T08:00:00+08:00"])
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_stamp(text)
