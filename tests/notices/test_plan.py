"""What a step may send: a verdict on each channel that has not been claimed yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.domain.codes import ChannelName, Stage
from chalicelib.domain.contact_rules import Verdict
from chalicelib.domain.person import Person
from chalicelib.domain.preferences import Preferences, Span
from chalicelib.domain.profile import Step
from chalicelib.notices.plan import OUT_OF_TIME, Ground, channel_of, claim_key, plan, plan_fallback
from tests.samples import BORROWER, NIGHT, NOON, borrower, case

CN = profiles.of_version("CN", "CN@1")
FIRST, SECOND = CN.step(Stage.NOTIFY), CN.step(Stage.REMIND)
SMS, EMAIL, VOICE, LETTER = ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE, ChannelName.LETTER
EVERYWHERE = borrower(postal=("张伟", "上海市世纪大道1号"))


def _ground(
    step: Step = FIRST,
    at: datetime = NOON,
    *,
    since: datetime | None = None,
    person: Person | None = None,
    **changes: Any,
) -> Ground:
    return Ground(case(**changes), person or Person("p" * 22), CN, step, at, since or at)


def _silent(*channels: ChannelName) -> Person:
    return Person("p" * 22, 1, opted_out=frozenset(channels))


def test_each_channel_of_the_step_gets_its_verdict_in_order() -> None:
    todo = plan(_ground(person=_silent(SMS)))
    assert [channel for channel, _ in todo.having(Verdict.DENY)] == [SMS]
    assert [channel for channel, _ in todo.having(Verdict.ALLOW)] == [EMAIL]
    assert todo.not_before is None


def test_what_was_claimed_is_not_planned_again() -> None:
    claimed = {"first_notice#SMS": "x@1"}
    todo = plan(_ground(claims=claimed))
    assert [channel for channel, _ in todo.decisions] == [EMAIL]
    assert plan(_ground(SECOND, claims=claimed)).decisions


def test_at_night_the_plan_says_when() -> None:
    todo = plan(_ground(at=NIGHT))
    assert [decision.verdict for _, decision in todo.decisions] == [Verdict.DEFER, Verdict.DEFER]
    assert todo.not_before == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_denied_channel_makes_nobody_wait() -> None:
    todo = plan(_ground(SECOND, NIGHT, borrower=borrower(phone=None)))
    assert todo.not_before is None
    assert not todo.unfinished


def test_claims_are_named_by_step_and_channel() -> None:
    assert claim_key("first_notice", SMS) == "first_notice#SMS"
    assert channel_of("first_notice#SMS") == SMS


@pytest.mark.parametrize(("late", "rule"), [(0, "CN.contact_window"), (1, OUT_OF_TIME)])
def test_after_its_useful_time_nothing_is_planned_but_its_end(late: int, rule: str) -> None:
    since = NOON - timedelta(seconds=FIRST.useful + late)
    assert {decision.rule for _, decision in plan(_ground(since=since)).decisions} == {rule}


def test_the_fallback_takes_what_is_left_of_the_first_round_too_and_keeps_the_order() -> None:
    todo = plan_fallback(_ground(borrower=EVERYWHERE, claims={"first_notice#SMS": "x@1"}))
    assert [channel for channel, _ in todo.having(Verdict.ALLOW)] == [EMAIL, VOICE, LETTER]
    assert not todo.last_resort


def test_the_preferred_channel_is_tried_first_where_the_step_has_it() -> None:
    wants = Person("p" * 22, preferences=Preferences(channel=LETTER))
    assert [each for each, _ in plan(_ground(person=wants)).decisions] == [SMS, EMAIL]
    tried = plan_fallback(_ground(person=wants, borrower=EVERYWHERE, claims={"first_notice#SMS": "x@1"}))
    assert [each for each, _ in tried.decisions] == [LETTER, EMAIL, VOICE]


def test_hours_asked_for_give_way_when_the_notice_would_come_too_late_to_be_of_use() -> None:
    evenings = Preferences((Span(frozenset(range(7)), 1080, 1260),))
    wants, last = Person("p" * 22, preferences=evenings), NOON - timedelta(seconds=FIRST.useful)
    assert plan(_ground(person=wants)).having(Verdict.ALLOW) == ()
    assert len(plan(_ground(person=wants, since=last)).having(Verdict.ALLOW)) == 2
    assert plan(_ground(SECOND, person=wants, since=last)).having(Verdict.ALLOW) == ()


def test_a_silenced_channel_is_passed_over_while_another_is_left() -> None:
    todo = plan_fallback(_ground(person=_silent(SMS, EMAIL, VOICE), borrower=EVERYWHERE))
    assert [channel for channel, _ in todo.having(Verdict.ALLOW)] == [LETTER]
    assert not todo.last_resort


def test_a_statutory_notice_with_nothing_left_overrides_the_silence() -> None:
    todo = plan_fallback(_ground(person=_silent(*ChannelName)))
    assert todo.last_resort
    allowed = todo.having(Verdict.ALLOW)
    assert next((channel, decision.rule) for channel, decision in allowed) == (SMS, "CN.purpose_statutory")
    assert (LETTER, "person.no_address") in [(each, found.rule) for each, found in todo.decisions]


def test_the_last_resort_overrides_no_window() -> None:
    todo = plan_fallback(_ground(at=NIGHT, person=_silent(*ChannelName)))
    assert todo.last_resort
    assert todo.having(Verdict.ALLOW) == ()
    assert todo.not_before == datetime(2026, 11, 24, tzinfo=UTC)


def test_the_last_resort_overrides_no_hold() -> None:
    todo = plan_fallback(_ground(person=_silent(*ChannelName), holds=frozenset({"DISPUTE"})))
    assert not todo.unfinished


def test_a_dead_address_is_no_resort() -> None:
    person = Person(
        "p" * 22, 2, opted_out=frozenset(ChannelName), suppressed={BORROWER.address_key(SMS): "Bounce"}
    )
    todo = plan_fallback(_ground(person=person))
    assert [channel for channel, _ in todo.having(Verdict.ALLOW)] == [EMAIL, VOICE]


def test_a_reminder_never_overrides_a_silence() -> None:
    todo = plan_fallback(_ground(SECOND, person=_silent(*ChannelName)))
    assert not todo.unfinished
    assert {decision.rule for channel, decision in todo.decisions if channel != LETTER} == {"CN.opt_out"}


def test_a_notice_that_went_out_somewhere_needs_no_last_resort() -> None:
    todo = plan_fallback(_ground(person=_silent(*ChannelName), claims={"first_notice#EMAIL": "x@1"}))
    assert not todo.last_resort
    assert not todo.unfinished


@pytest.mark.parametrize(("hour", "minutes"), [(13, 60), (0, 14 * 60)])
def test_how_long_a_message_may_be_handed_over(hour: int, minutes: int) -> None:
    at = datetime(2026, 11, 23, hour, tzinfo=UTC)
    assert _ground(at=at).open_for(SMS) == minutes * 60


def test_once_the_window_is_over_there_is_no_time_left() -> None:
    assert _ground(at=NIGHT).open_for(SMS) == 0
