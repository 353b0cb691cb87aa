"""Coming back to a busy provider: later each time, never too late, and not all at once."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

from chalicelib import profiles
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.person import Person
from chalicelib.notices.outcome import Outcome, Sending
from chalicelib.notices.plan import PROVIDER_BUSY, Ground
from chalicelib.store.facts import Fact
from chalicelib.workflow.backoff import Backoff, first_deferred
from tests.samples import CASE_ID, NOON, case

CN = profiles.of_version("CN", "CN@1")
FIRST, SECOND = CN.step(Stage.NOTIFY), CN.step(Stage.REMIND)
SMS, EMAIL = ChannelName.SMS, ChannelName.EMAIL
ALLOWED = tuple((each, Decision(Verdict.ALLOW, "CN.contact_window", "CN@1")) for each in (SMS, EMAIL))
AGAIN = Outcome(Sending.AGAIN, "ThrottlingException")
LEAST, MIDDLE, MOST = b"\x00\x00", b"\x80\x00", b"\xff\xff"


def _ground(at: datetime) -> Ground:
    return Ground(case(), Person("p" * 22), CN, FIRST, at, NOON)


def _deferred(at: datetime, step: str = "first_notice", rule: str = PROVIDER_BUSY) -> Fact:
    return Fact(CASE_ID, FactKind.DEFERRED, at, (step, "SMS", "x"), {"rule": rule})


def _wait(chance: bytes, waited: float = 0) -> float:
    """Return for how many seconds a notice waits that was first turned away `waited` seconds ago."""
    history = [_deferred(NOON)] if waited else []
    at = NOON + timedelta(seconds=waited)
    ((_, decision),) = Backoff(lambda n: chance).of(_ground(at), ALLOWED[:1], [AGAIN], history)
    assert decision.not_before
    return (decision.not_before - at).total_seconds()


@pytest.mark.parametrize(
    ("waited", "least", "most"),
    [(0, 30, 90), (60, 30, 90), (600, 150, 450), (3600, 900, 2700), (86_400, 1800, 5400)],
)
def test_the_wait_grows_with_what_was_waited_and_is_bounded_and_spread(
    waited: float, least: float, most: float
) -> None:
    assert (_wait(LEAST, waited), _wait(MOST, waited)) == (least, most)
    assert least < _wait(MIDDLE, waited) < most


def test_those_an_outage_turned_away_together_come_back_apart() -> None:
    draws = [n.to_bytes(2) for n in range(0, 0x10000, 0x111)]
    waits = sorted(_wait(draw, 600) for draw in draws)
    gaps = [after - before for before, after in itertools.pairwise(waits)]
    assert max(gaps) < 5, "a minute's herd over five minutes"
    assert waits[-1] - waits[0] > 290


def test_who_was_turned_away_waits_under_the_rule_and_the_others_do_not() -> None:
    found = Backoff(lambda n: MIDDLE).of(_ground(NOON), ALLOWED, [Outcome(Sending.SENT), AGAIN], [])
    ((channel, decision),) = found
    assert channel == EMAIL
    assert (decision.verdict, decision.rule, decision.profile_version) == (
        Verdict.DEFER,
        "provider.busy",
        "CN@1",
    )


@pytest.mark.parametrize("result", [each for each in Sending if each != Sending.AGAIN])
def test_nothing_else_makes_a_notice_wait(result: Sending) -> None:
    assert Backoff(lambda n: MIDDLE).of(_ground(NOON), ALLOWED[:1], [Outcome(result)], []) == []


def test_two_channels_turned_away_together_come_back_together() -> None:
    found = Backoff(lambda n: MIDDLE).of(_ground(NOON), ALLOWED, [AGAIN] * 2, [])
    assert len({decision.not_before for _, decision in found}) == 1


def test_since_when_a_step_waits_is_its_own_first_deferral() -> None:
    late, early = NOON + timedelta(hours=2), NOON + timedelta(hours=1)
    history = [
        _deferred(late),
        _deferred(early, rule="CN.contact_window"),
        _deferred(NOON, SECOND.name),
        Fact(CASE_ID, FactKind.DENIED, NOON, (FIRST.name, "SMS", "r"), {"rule": "r"}),
    ]
    assert first_deferred(FIRST, history) == early
    assert first_deferred(FIRST, history, PROVIDER_BUSY) == late
    assert first_deferred(FIRST, history[2:]) is None


def test_a_night_waited_out_is_no_reason_to_be_slow_with_the_provider() -> None:
    history = [_deferred(NOON - timedelta(hours=9), rule="CN.contact_window")]
    ((_, decision),) = Backoff(lambda n: LEAST).of(_ground(NOON), ALLOWED[:1], [AGAIN], history)
    assert decision.not_before == NOON + timedelta(seconds=30)
