"""Two providers as one channel: who is asked, when the other one is, and when nobody is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import Accepted, Outgoing, Refused, Result, Unsure
from chalicelib.channels.breaker import BreakerRules, may_call
from chalicelib.channels.pace import Pace
from chalicelib.channels.route import Provider, Routed
from tests.channels.test_providers import MESSAGE

RULES = BreakerRules()
TAKEN, TAKEN_TOO = Accepted("1", "eum"), Accepted("2", "alibaba")
BUSY, DOUBT, NEVER = Refused("busy", again=True), Unsure("timeout"), Refused("bad_number", again=False)


@dataclass
class Clock:
    """Seconds that pass when told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Line:
    """A provider's end: answers `result` after `takes` seconds and keeps what it was given."""

    clock: Clock
    result: Result
    takes: float = 0.0
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, message: Outgoing) -> Result:
        self.sent.append(message)
        self.clock.now += self.takes
        return self.result


def _spread() -> Callable[[], float]:
    """Chance that spreads evenly, so that shares can be counted."""

    def numbers() -> Iterator[float]:
        at = 0.0
        while True:
            at = (at + 0.6180339887) % 1
            yield at

    return numbers().__next__


@dataclass
class Two:
    """Two lines under one channel; chance picks the first one unless told otherwise."""

    first: Result = TAKEN
    second: Result = TAKEN_TOO
    chance: Callable[[], float] = lambda: 0.0
    weights: tuple[float, float] = (1, 1)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.a, self.b = Line(self.clock, self.first), Line(self.clock, self.second)
        providers = [Provider("a", self.a, self.weights[0]), Provider("b", self.b, self.weights[1])]
        self.channel = Routed(providers, RULES, self.clock, self.chance)

    def send(self, times: int = 1) -> Result:
        result: Result = NEVER
        for _ in range(times):
            result = self.channel.send(MESSAGE)
        return result

    @property
    def asked(self) -> tuple[int, int]:
        return len(self.a.sent), len(self.b.sent)


def test_weights_share_out_the_messages() -> None:
    two = Two(chance=_spread(), weights=(3, 1))
    two.send(400)
    assert two.asked[0] == pytest.approx(300, abs=5)


def test_the_answer_says_who_took_it() -> None:
    assert Two().send() == TAKEN
    assert Two(chance=lambda: 0.99).send() == TAKEN_TOO


def test_who_surely_has_nothing_is_followed_by_the_other_once_with_the_same_message() -> None:
    two = Two(first=BUSY)
    assert two.send() == TAKEN_TOO
    assert two.a.sent == two.b.sent == [MESSAGE]


def test_with_both_refusing_each_was_asked_once() -> None:
    two = Two(first=BUSY, second=Refused("also_busy", again=True))
    assert two.send() == Refused("also_busy", again=True)
    assert two.asked == (1, 1)


@pytest.mark.parametrize("result", [DOUBT, NEVER, TAKEN])
def test_after_any_other_answer_nobody_else_is_asked(result: Result) -> None:
    """After Unsure the message may be on its way; for a refusal for good a second provider is no remedy."""
    two = Two(first=result)
    assert two.send() == result
    assert two.asked == (1, 0)


def test_the_second_try_ends_in_doubt_as_any_try_may() -> None:
    two = Two(first=BUSY, second=DOUBT)
    assert two.send() == DOUBT
    assert two.asked == (1, 1)


@pytest.mark.parametrize("failure", [BUSY, DOUBT])
def test_who_keeps_failing_is_left_alone(failure: Result) -> None:
    two = Two(first=failure)
    two.send(50)
    assert two.asked[0] == RULES.least
    assert isinstance(two.send(), Accepted)


def test_who_is_slow_is_left_alone_too() -> None:
    two = Two()
    two.a.takes = RULES.slow + 0.1
    two.send(20)
    assert two.asked == (RULES.least, 20 - RULES.least)


def test_a_refusal_for_good_speaks_against_the_message_not_the_provider() -> None:
    two = Two(first=NEVER)
    two.send(50)
    assert two.asked == (50, 0)


def test_with_everyone_at_rest_nobody_is_asked() -> None:
    two = Two(first=BUSY, second=BUSY)
    two.send(RULES.least)
    asked = two.asked
    assert two.send(10) == Refused("circuit_open", again=True)
    assert two.asked == asked


def test_after_the_rest_one_probe_and_then_a_slow_way_back() -> None:
    two = Two(first=BUSY, chance=_spread())
    two.send(30)
    two.a.result = TAKEN
    before = two.asked[0]
    two.clock.now += RULES.first
    two.send(200)
    at_once = two.asked[0] - before
    assert 1 <= at_once <= 20, "no herd"
    two.clock.now += RULES.drift
    two.send(200)
    assert two.asked[0] - before - at_once == pytest.approx(100, abs=5)


def test_a_failed_probe_costs_one_message_its_first_try_and_no_more() -> None:
    two = Two(first=BUSY)
    two.send(RULES.least)
    for rest in (30, 60, 120):
        two.clock.now += rest
        before = two.asked[0]
        assert two.send(10) == TAKEN_TOO
        assert two.asked[0] - before == 1


def test_a_provider_that_cannot_take_a_message_is_not_asked() -> None:
    clock = Clock()
    a, b = Line(clock, Accepted("1", "alibaba")), Line(clock, Accepted("2", "eum"))
    providers = [Provider("a", a, 1, objects=lambda message: "not_here"), Provider("b", b, 1)]
    assert Routed(providers, RULES, clock, lambda: 0.0).send(MESSAGE) == Accepted("2", "eum")
    alone = Routed(providers[:1], RULES, clock, lambda: 0.0)
    assert alone.send(MESSAGE) == Refused("not_here", again=False), "its reason is what an operator mends"
    assert Routed([], RULES, clock, lambda: 0.0).send(MESSAGE) == Refused("no_provider", again=False)
    assert a.sent == []


def test_a_provider_of_weight_nothing_is_there_for_the_second_try_alone() -> None:
    two = Two(weights=(1, 0), chance=_spread())
    two.send(100)
    assert two.asked == (100, 0)
    two.a.result = BUSY
    assert two.send() == TAKEN_TOO


def test_a_wait_for_its_pace_is_not_held_against_a_provider() -> None:
    clock = Clock()

    def pause(seconds: float) -> None:
        clock.now += seconds

    line = Line(clock, TAKEN)
    pace = Pace(0.1, clock, pause)
    channel = Routed([Provider("a", line, 1, pace=pace.wait)], RULES, clock, lambda: 0.0)
    for _ in range(10):
        assert isinstance(channel.send(MESSAGE), Accepted)
    assert clock.now == 90


def test_an_error_of_an_adapter_is_a_failure_and_stays_an_error() -> None:
    clock = Clock()

    class Broken:
        def send(self, message: Outgoing) -> Result:
            raise KeyError("notice_id")

    channel = Routed([Provider("a", Broken(), 1)], RULES, clock, lambda: 0.0)
    for _ in range(RULES.least):
        with pytest.raises(KeyError):
            channel.send(MESSAGE)
    assert channel.send(MESSAGE) == Refused("circuit_open", again=True)


_RESULTS = st.sampled_from([Accepted("1", "x"), BUSY, DOUBT, NEVER])


@given(
    st.lists(st.tuples(_RESULTS, _RESULTS, st.floats(0, 120), st.floats(0, 0.999)), min_size=1, max_size=60)
)
def test_whatever_they_answer_no_one_at_rest_is_asked_and_no_message_is_tried_after_doubt(
    steps: list[tuple[Result, Result, float, float]],
) -> None:
    two, picks = Two(), [0.0]
    two.channel._chance = lambda: picks[0]
    for first, second, pause, pick in steps:
        two.a.result, two.b.result, picks[0] = first, second, pick
        two.clock.now += pause
        at_rest = [not may_call(two.channel.health(name), two.clock.now) for name in ("a", "b")]
        before, result = two.asked, two.send()
        tries = [after - earlier for after, earlier in zip(two.asked, before, strict=True)]
        assert max(tries) <= 1
        assert not any(rest and tried for rest, tried in zip(at_rest, tries, strict=True))
        answers = [line for line, tried in zip((first, second), tries, strict=True) if tried]
        assert (result == Refused("circuit_open", again=True)) is (not answers)
        if len(answers) == 2:
            assert BUSY in answers, "the other one is asked after a sure refusal alone"
        if answers:
            assert result in answers
        if DOUBT in answers:
            assert result == DOUBT
