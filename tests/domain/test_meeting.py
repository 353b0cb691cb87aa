"""A meeting has a moment and a way to take part, and is ahead until it is over or called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.codes import Mode
from chalicelib.domain.meeting import Meeting

AT = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
MEETING = Meeting(at=AT, mode=Mode.TELEPHONE, mediator="李静", dial_in="400-000-0009")


def test_a_meeting_without_a_zone_or_a_way_to_take_part_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(MEETING, at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="a place, a link or a number"):
        replace(MEETING, dial_in="")


def test_it_is_ahead_until_it_ends_and_then_it_was_held() -> None:
    last = AT + timedelta(minutes=60)
    assert MEETING.is_ahead(last - timedelta(seconds=1))
    assert not MEETING.is_ahead(last)
    assert MEETING.was_held(last)


def test_what_was_called_off_is_neither_ahead_nor_held() -> None:
    off = replace(MEETING, cancelled=True)
    assert not off.is_ahead(AT - timedelta(days=1))
    assert not off.was_held(AT + timedelta(days=1))
