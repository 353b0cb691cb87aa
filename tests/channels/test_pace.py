"""A pace, by a clock that moves when it sleeps."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import Accepted, Outgoing, Result
from chalicelib.channels.pace import Paced
from tests.channels.test_providers import MESSAGE


@dataclass
class Time:
    """A clock, and the sleep that moves it."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Noted:
    """A channel that notes when it was used."""

    time: Time
    at: list[float] = field(default_factory=list)

    def send(self, message: Outgoing) -> Result:
        self.at.append(self.time.now)
        return Accepted("m", "x")


def _paced(per_second: float) -> tuple[Time, Noted, Paced]:
    time = Time()
    noted = Noted(time)
    return time, noted, Paced(noted, per_second, time.clock, time.pause)


def test_messages_leave_evenly_and_the_first_at_once() -> None:
    _, noted, channel = _paced(4)
    for _ in range(5):
        assert channel.send(MESSAGE) == Accepted("m", "x")
    assert noted.at == [0, 0.25, 0.5, 0.75, 1.0]


def test_a_message_after_a_quiet_time_does_not_wait_and_saves_nothing_up() -> None:
    time, noted, channel = _paced(4)
    channel.send(MESSAGE)
    time.now = 100
    for _ in range(3):
        channel.send(MESSAGE)
    assert noted.at == [0, 100, 100.25, 100.5]


@given(st.floats(0.1, 100), st.lists(st.floats(0, 3), max_size=50))
def test_never_more_than_the_rate_whatever_the_gaps(per_second: float, gaps: list[float]) -> None:
    time, noted, channel = _paced(per_second)
    for gap in gaps:
        time.now += gap
        channel.send(MESSAGE)
    apart = [later - earlier for earlier, later in zip(noted.at, noted.at[1:], strict=False)]
    assert all(gap >= 1 / per_second - 1e-9 for gap in apart)
    assert all(0 < slept <= 1 / per_second + 1e-9 for slept in time.slept)


@pytest.mark.parametrize("rate", [0, -1])
def test_a_pace_is_a_positive_number(rate: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        _paced(rate)
