"""Every timer of an instalment fires, its stopper stops it, and a cancelled one never acts (invariant 22)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, HoldKind, Outcome
from chalicelib.repayment.steer import Leg, Steer
from chalicelib.store import cases, holds, persons, waits
from chalicelib.store.facts import Fact
from tests.repayment.keeper import FIRST_DUE, Keeper
from tests.samples import CASE_ID

ZONE = ZoneInfo("Asia/Shanghai")
EACH = 333_333


def local(days: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return a moment by the borrower's clock, `days` after the first instalment falls due."""
    day = FIRST_DUE + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


REMINDED, DUE_OVER, GRACE_OVER = local(-3, 10), local(1, 0), local(6, 0)


def test_before_its_reminder_an_instalment_is_upcoming_and_nothing_is_told(keeper: Keeper) -> None:
    keeper.to(REMINDED - timedelta(seconds=1))
    assert keeper.stage == "Upcoming"
    assert keeper.told() == []


def test_three_days_ahead_the_reminder_is_told_once(keeper: Keeper) -> None:
    keeper.to(REMINDED)
    assert keeper.stage == "Due"
    assert keeper.told() == ["instalment_reminder-1_1"]
    assert "第1期（共3期）人民币3,333.33元" in keeper.scene.sms.sent[-1].text
    keeper.to(DUE_OVER - timedelta(seconds=1))
    assert keeper.told() == ["instalment_reminder-1_1"]


def test_after_the_day_a_friendly_word_is_told_when_the_window_opens(keeper: Keeper) -> None:
    keeper.to(DUE_OVER)
    assert keeper.stage == "Grace"
    assert keeper.told() == ["instalment_reminder-1_1"]
    keeper.to(local(1, 8))
    assert keeper.told()[1:] == ["instalment_late-1_1"]


def test_after_the_grace_the_breach_is_on_record_and_told_with_his_choices(keeper: Keeper) -> None:
    keeper.to(GRACE_OVER - timedelta(seconds=1))
    assert keeper.case.status == CaseStatus.PLAN_ACTIVE
    keeper.to(GRACE_OVER)
    assert (keeper.stage, keeper.case.status) == ("Breached", CaseStatus.BREACHED)
    assert keeper.facts(FactKind.BREACH) == ["01-0001"]
    keeper.to(local(6, 9))
    assert keeper.told()[2:] == ["plan_breached-1_1"]
    said = keeper.scene.mail.sent[-1].text
    for choice in ("您可以还款", "您可以申请调整计划", "您可以投诉"):
        assert choice in said


@pytest.mark.parametrize(
    ("paid_at", "told"),
    [
        (local(-5), []),
        (local(-2), ["instalment_reminder-1_1"]),
        (local(2), ["instalment_reminder-1_1", "instalment_late-1_1"]),
    ],
)
def test_a_payment_stops_the_timer_that_runs_and_all_after_it(
    keeper: Keeper, paid_at: datetime, told: list[str]
) -> None:
    keeper.to(paid_at)
    keeper.pay(EACH)
    assert keeper.stage == "Upcoming"
    keeper.to(local(20))
    assert keeper.told() == told
    assert keeper.facts(FactKind.BREACH) == []
    assert keeper.case.status == CaseStatus.PLAN_ACTIVE


@pytest.mark.parametrize("paid_at", [local(-5), local(-2), local(2)])
def test_a_timer_whose_stopper_was_lost_fires_and_does_nothing(keeper: Keeper, paid_at: datetime) -> None:
    """Invariant 22: the payment is on record, its signal is not heard, the timer comes all the same."""
    keeper.to(paid_at)
    before = keeper.told()
    keeper.service.deaf = True
    keeper.pay(EACH)
    keeper.service.deaf = False
    keeper.to(local(20))
    assert keeper.stage == "Upcoming"
    assert keeper.told() == before
    assert keeper.facts(FactKind.BREACH) == []


def test_a_part_payment_stops_nothing_and_the_rest_is_what_is_asked_for(keeper: Keeper) -> None:
    keeper.pay(300_000)
    keeper.to(REMINDED)
    assert "人民币333.33元" in keeper.scene.sms.sent[-1].text
    keeper.to(GRACE_OVER)
    assert keeper.facts(FactKind.BREACH) == ["01-0001"]


def test_a_message_that_waits_for_the_window_is_dropped_once_it_is_paid(keeper: Keeper) -> None:
    keeper.to(DUE_OVER)  # midnight: the friendly word waits for the morning
    keeper.pay(EACH)
    keeper.to(local(3))
    assert "instalment_late-1_1" not in keeper.told()


def test_an_execution_that_looks_twice_acts_once(keeper: Keeper) -> None:
    keeper.to(local(6, 9))
    steer = Steer(keeper.scene.wiring.timers, keeper.scene.road.clock)
    told, rows = keeper.told(), keeper.facts(FactKind.BREACH)
    for _ in range(3):
        assert steer(Leg(CASE_ID, 1, 1, keeper.now, 0)).stage == "Breached"
        keeper.run()
    assert (keeper.told(), keeper.facts(FactKind.BREACH)) == (told, rows)


def test_under_a_hold_nobody_is_reminded_and_nobody_breaches(keeper: Keeper) -> None:
    fact = Fact(CASE_ID, FactKind.DISPUTE, keeper.now, ("d1",))
    holds.put(CASE_ID, HoldKind.DISPUTE, fact)
    keeper.to(local(30))
    assert keeper.told() == []
    assert (keeper.stage, keeper.case.status) == ("Held", CaseStatus.PLAN_ACTIVE)
    holds.lift(CASE_ID, HoldKind.DISPUTE, Fact(CASE_ID, FactKind.HOLD, keeper.now, ("d1", "LIFTED")))
    wait = waits.get(CASE_ID)
    assert wait
    keeper.to(wait.deadline)
    assert keeper.stage == "Grace", "he has the whole grace again"
    keeper.to(wait.deadline + timedelta(days=5) - timedelta(seconds=1))
    assert keeper.facts(FactKind.BREACH) == []
    keeper.to(wait.deadline + timedelta(days=5))
    assert keeper.facts(FactKind.BREACH) == ["01-0001"]


def test_a_silenced_channel_stays_silent_and_the_other_reminds(keeper: Keeper) -> None:
    persons.opt_out(keeper.case.borrower.person, ChannelName.SMS)
    keeper.to(REMINDED + timedelta(hours=1))
    assert [each.tags["channel"] for each in keeper.scene.mail.sent] == ["EMAIL"]
    assert keeper.scene.sms.sent == []


def test_a_plan_kept_to_the_end_closes_as_agreed_and_he_is_told(keeper: Keeper) -> None:
    for days in (0, 31, 62):
        keeper.to(local(days))
        keeper.pay(333_335 if days == 62 else EACH)
    assert keeper.stage == "Completed"
    case = keeper.case
    assert (case.status, case.outcome, case.closed_reason) == (
        CaseStatus.CLOSED, Outcome.AGREED, "the plan was kept",
    )  # fmt: skip
    assert keeper.told()[-1] == "plan_completed-1_0"
    assert not keeper.running


def test_a_closed_case_ends_its_execution(keeper: Keeper) -> None:
    cases.close(CASE_ID, Outcome.TERMINATED, "as a test", keeper.now)
    keeper.to(local(40))
    assert (keeper.stage, keeper.told()) == ("Closed", [])


def test_an_instalment_paid_in_time_costs_six_transitions(keeper: Keeper) -> None:
    """docs/architecture.md states it: Steer, Stage, Upcoming, and once more for Due."""
    for days in (0, 31):
        keeper.to(local(days))
        (one,) = keeper.machine.of("repayment")
        before = len(one.history)
        keeper.pay(EACH)
        keeper.to(local(days + 28, 11))  # reminded of the next one
        assert one.history[before:] == ["Steer", "Stage", "Upcoming", "Steer", "Stage", "Due"]
