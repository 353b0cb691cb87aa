"""What a step may send: a verdict on each channel that has not been claimed yet."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib import profiles
from chalicelib.domain.codes import ChannelName, Stage
from chalicelib.domain.contact_rules import Verdict
from chalicelib.notices.plan import claim_key, plan
from tests.samples import NIGHT, NOON, borrower, case

CN = profiles.of_version("CN", "CN@1")
FIRST, SECOND = CN.step(Stage.NOTIFY), CN.step(Stage.REMIND)


def test_each_channel_of_the_step_gets_its_verdict_in_order() -> None:
    todo = plan(case(opted_out=frozenset({ChannelName.SMS})), FIRST, CN, NOON)
    assert [channel for channel, _ in todo.having(Verdict.DENY)] == [ChannelName.SMS]
    assert [channel for channel, _ in todo.having(Verdict.ALLOW)] == [ChannelName.EMAIL]
    assert todo.not_before is None


def test_what_was_claimed_is_not_planned_again() -> None:
    todo = plan(case(claims={"first_notice#SMS": "x@1"}), FIRST, CN, NOON)
    assert [channel for channel, _ in todo.decisions] == [ChannelName.EMAIL]
    assert plan(case(claims={"first_notice#SMS": "x@1"}), SECOND, CN, NOON).decisions


def test_at_night_the_plan_says_when() -> None:
    todo = plan(case(), FIRST, CN, NIGHT)
    assert [decision.verdict for _, decision in todo.decisions] == [Verdict.DEFER, Verdict.DEFER]
    assert todo.not_before == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_denied_channel_makes_nobody_wait() -> None:
    todo = plan(case(borrower=borrower(phone=None)), SECOND, CN, NIGHT)
    assert todo.not_before is None


def test_claims_are_named_by_step_and_channel() -> None:
    assert claim_key("first_notice", ChannelName.SMS) == "first_notice#SMS"
