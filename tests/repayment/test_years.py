"""Plans longer than an execution may last: one successor after the other, one at a time; the sweeper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.codes import FactKind
from chalicelib.domain.repayment_plan import monthly
from chalicelib.repayment import steer
from chalicelib.store import cases, keys
from chalicelib.store.rows import WaitRow
from chalicelib.workflow import sweep as sweeping
from tests.repayment.keeper import Keeper
from tests.repayment.test_timers import EACH, GRACE_OVER, local
from tests.samples import CASE_ID, KEY
from tests.scene import Scene

PLAN = f"{CASE_ID}-p1"


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sweeper look back a few days only, for speed."""
    monkeypatch.setattr(sweeping, "_DAYS", 12)


def test_a_plan_of_years_is_kept_to_its_end_by_one_execution_after_the_other(scene: Scene) -> None:
    months = 15
    keeper = Keeper(scene, monthly("CNY", months * 10_000, months, date(2026, 12, 3)))
    for number in range(months):
        due = keeper.stands.instalments[number].due
        keeper.to(datetime(due.year, due.month, due.day, 4, tzinfo=UTC))
        assert len(keeper.running) == 1
        keeper.pay(10_000)
    legs = keeper.machine.of("repayment")
    assert [one.state for one in legs[:-1]] == ["Continued"] * (len(legs) - 1)
    assert [one.name for one in legs] == [PLAN, *(f"{PLAN}-s{n}" for n in range(2, len(legs) + 1))]
    assert legs[-1].state == "Completed"
    assert len(legs) >= months // 8
    reminders = [step for step in keeper.told() if step.startswith("instalment_reminder")]
    assert reminders == [f"instalment_reminder-1_{n}" for n in range(1, months + 1)]
    assert keeper.told()[months:] == ["plan_completed-1_0"]


def test_a_long_history_is_handed_on_too(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steer, "ROUNDS", 2)
    keeper.to(local(2))
    assert [one.state for one in keeper.machine.of("repayment")] == ["Continued", "Grace"]


def test_a_start_that_is_repeated_starts_one_successor(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steer, "LEG_LASTS", timedelta(days=1))
    keeper.to(local(-3, 10))
    one = steer.Steer(keeper.scene.wiring.timers, keeper.scene.road.clock)
    old = steer.Leg(CASE_ID, 1, 1, keeper.now - timedelta(days=9), 0)
    assert {one(old).stage for _ in range(3)} == {"Continued"}
    keeper.run()
    assert [each.name for each in keeper.machine.of("repayment")] == [PLAN, f"{PLAN}-s2"]


def test_two_executions_of_one_plan_become_one(keeper: Keeper) -> None:
    keeper.scene.wiring.timers.ensure_repaying(CASE_ID, 1, 2, keeper.now)
    keeper.run()
    keeper.to(local(20))
    first, second = keeper.machine.of("repayment")
    assert (first.state, second.live) == ("Continued", True)
    assert keeper.facts(FactKind.BREACH) == ["01-0001"]


def test_a_lost_successor_is_healed_by_the_sweeper(keeper: Keeper, swept: None) -> None:
    keeper.running[0].end("FAILED")
    keeper.to(local(-3, 10))
    assert keeper.scene.wiring.sweep() == 0, "it has five minutes more"
    keeper.scene.road.clock.advance(minutes=6)
    assert keeper.scene.wiring.sweep() == 1
    keeper.run()
    assert [one.name for one in keeper.running] == [f"{PLAN}-r1"]
    assert (keeper.stage, keeper.told()) == ("Due", ["instalment_reminder-1_1"])
    assert keeper.scene.wiring.sweep() == 0


def test_a_plan_whose_start_was_lost_is_started(keeper: Keeper, swept: None) -> None:
    keeper.machine.executions.clear()
    WaitRow(keys.loan(KEY), keys.wait(CASE_ID)).delete()
    cases.file_under(keeper.case, keeper.now)
    assert keeper.scene.wiring.sweep() == 0
    keeper.scene.road.clock.advance(minutes=6)
    assert keeper.scene.wiring.sweep() == 1
    keeper.run()
    assert keeper.stage == "Upcoming"


def test_a_lost_signal_of_a_cured_breach_is_sent_again(keeper: Keeper, swept: None) -> None:
    keeper.to(GRACE_OVER)
    keeper.service.deaf = True
    keeper.pay(EACH)
    keeper.service.deaf = False
    assert keeper.stage == "Breached"
    assert keeper.scene.wiring.sweep() == 1
    keeper.run()
    assert keeper.stage == "Upcoming"


def test_a_plan_costs_the_sweeper_nothing_until_something_may_be_torn(keeper: Keeper) -> None:
    def seen() -> bool:
        days = range(13)
        return any(KEY in cases.opened_on("demo-bank", keeper.now - timedelta(days=back)) for back in days)

    assert not seen(), "filed under the day of its reminder"
    keeper.to(local(-3, 11))
    assert seen(), "a message is on its way"
    keeper.pay(EACH)
    assert not seen()
    keeper.to(local(27))
    assert not seen()


def test_after_a_restore_plans_filed_ahead_are_looked_at_too(keeper: Keeper, swept: None) -> None:
    keeper.running[0].end("ABORTED")
    assert keeper.scene.wiring.sweep() == 0
    assert keeper.scene.wiring.sweep(every=True) == 1
    keeper.run()
    assert (keeper.stage, len(keeper.running)) == ("Upcoming", 1)
    assert keeper.scene.wiring.sweep(every=True) == 0
