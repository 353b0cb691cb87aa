"""The sweeper and deliveries: a step nobody sees delivered any more is taken up again, and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.channels import Refused
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.domain.moments import stamp
from chalicelib.store import cases, facts, waits, watches
from chalicelib.store.facts import Fact
from chalicelib.store.waits import Wait
from chalicelib.store.watches import Watch
from chalicelib.workflow import sweep as sweeping
from tests.answered import answer
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

NAME, STEP = f"{CASE_ID}-first_notice", "first_notice"
PATIENCE, GRACE = timedelta(minutes=30), timedelta(minutes=5)
BUDGET = timedelta(hours=48)


@pytest.fixture(autouse=True)
def _noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A borrower with his first notice, whose case has a running execution."""
    scene.accept()
    scene.run(Stage.NOTIFY)
    monkeypatch.setattr(sweeping, "_DAYS", 12)


def _deliveries(scene: Scene) -> dict[str, str]:
    return {name: status for name, status in scene.machine.statuses.items() if STEP in name}


def _lose(scene: Scene, status: str = "FAILED") -> None:
    scene.machine.statuses[NAME] = status


def _wait(deadline: timedelta) -> None:
    watches.put(Watch(CASE_ID, STEP, "token-1", NOON + deadline))


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_a_delivery_that_broke_is_taken_up_once_it_is_late(scene: Scene, status: str) -> None:
    _lose(scene, status)
    scene.road.clock.now = NOON + PATIENCE + GRACE
    assert scene.wiring.sweep() == 0
    scene.road.clock.advance(seconds=1)
    assert scene.wiring.sweep() == 1
    assert _deliveries(scene) == {NAME: status, f"{NAME}-r1": "RUNNING"}
    given = scene.machine.inputs[f"{NAME}-r1"]
    assert given == {"case_id": str(CASE_ID), "step": STEP, "patience": 1800, "at": stamp(NOON)}
    assert scene.wiring.sweep() == 0


def test_a_delivery_that_was_never_started_is_started(scene: Scene) -> None:
    """The sender died between its last send and that."""
    del scene.machine.statuses[NAME]
    scene.road.clock.now = NOON + PATIENCE + GRACE + timedelta(seconds=1)
    assert scene.wiring.sweep() == 1
    assert _deliveries(scene) == {NAME: "RUNNING"}


def test_a_delivery_that_waits_longer_is_not_late_before_its_wait_is_over(scene: Scene) -> None:
    _lose(scene)
    _wait(timedelta(hours=9))
    for hours, mended in ((8, 0), (9, 0), (9.1, 1)):
        scene.road.clock.now = NOON + timedelta(hours=hours)
        assert scene.wiring.sweep() == mended


RECEIPT = f"{CASE_ID}-feedback_receipt"


def _answer_unconfirmed() -> None:
    """The answer is on record; its taker died before the confirmation was started."""
    fact = Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",), {"wish": "NO"})
    answer(CASE_ID, CaseStatus.FEEDBACK, fact)
    waits.put(Wait(CASE_ID, Stage.ANSWERED, Stage.LIMIT_PASSED, "token-9", NOON + timedelta(days=30)))


def test_an_answer_whose_confirmation_was_lost_is_confirmed_after_a_grace(scene: Scene) -> None:
    _answer_unconfirmed()
    scene.road.clock.now = NOON + GRACE
    assert scene.wiring.sweep() == 0
    scene.road.clock.advance(seconds=1)
    assert scene.wiring.sweep() == 1
    assert scene.machine.inputs[RECEIPT]["at"] == stamp(NOON)
    assert scene.wiring.sweep() == 0, "it runs"


def test_a_confirmation_that_left_or_reached_nobody_is_not_started_again(scene: Scene) -> None:
    _answer_unconfirmed()
    scene.road.clock.now = NOON + GRACE + timedelta(seconds=1)
    scene.wiring.sweep()
    scene.run(Stage.DELIVER, step="feedback_receipt", at=stamp(NOON))
    scene.machine.statuses[RECEIPT] = "FAILED"
    assert scene.wiring.sweep() == 0


def test_a_confirmation_that_is_of_no_use_any_more_is_not_started(scene: Scene) -> None:
    _answer_unconfirmed()
    scene.road.clock.now = NOON + timedelta(days=3, seconds=1)
    assert scene.wiring.sweep() == 0
    assert RECEIPT not in scene.machine.inputs


def test_a_running_delivery_is_left_alone_however_late(scene: Scene) -> None:
    rows = scene.rows()
    scene.road.clock.advance(hours=40)
    assert scene.wiring.sweep() == 0
    assert (scene.rows(), _deliveries(scene)) == (rows, {NAME: "RUNNING"})


def _reached() -> None:
    cases.reach(CASE_ID, STEP)


def _unreached() -> None:
    facts.append(Fact(CASE_ID, FactKind.UNREACHED, NOON, (STEP,)))


def _answered() -> None:
    answer(CASE_ID, CaseStatus.FEEDBACK, Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",)))


def _closed() -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)


@pytest.mark.parametrize("over", [_reached, _unreached, _answered, _closed])
@pytest.mark.parametrize("every", [False, True])
def test_a_delivery_that_is_over_stays_over(scene: Scene, over: Callable[[], object], every: bool) -> None:
    _lose(scene, "SUCCEEDED")
    over()
    scene.road.clock.advance(hours=2)
    for _ in range(2):  # the first run has a lost signal to send, perhaps
        scene.wiring.sweep(every=every)
    assert _deliveries(scene) == {NAME: "SUCCEEDED"}


@pytest.mark.parametrize(("late", "started"), [(0, True), (1, False)])
def test_only_a_step_with_time_left_is_taken_up(scene: Scene, late: int, started: bool) -> None:
    _lose(scene)
    scene.road.clock.now = NOON + BUDGET + timedelta(seconds=late)
    scene.wiring.sweep()
    assert (f"{NAME}-r1" in _deliveries(scene)) is started


def test_on_demand_every_delivery_is_looked_at_at_once(scene: Scene) -> None:
    """After a restore, or on an engine whose executions do not survive a restart."""
    _lose(scene, "ABORTED")
    assert scene.wiring.sweep() == 0
    assert scene.wiring.sweep(every=True) == 1
    assert _deliveries(scene) == {NAME: "ABORTED", f"{NAME}-r1": "RUNNING"}


def test_a_step_of_which_nothing_was_claimed_has_nothing_to_be_seen_delivered(scene: Scene) -> None:
    scene.road.clock.advance(days=3)
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    scene.run(Stage.REMIND)
    _lose(scene, "SUCCEEDED")
    scene.road.clock.advance(hours=1)
    scene.wiring.sweep()
    assert not [name for name in scene.machine.statuses if "reminder_1" in name]


def test_each_step_is_taken_up_by_itself(scene: Scene) -> None:
    scene.road.clock.advance(days=3)
    scene.run(Stage.REMIND)
    for name in (NAME, f"{CASE_ID}-reminder_1"):
        scene.machine.statuses[name] = "FAILED"
    scene.road.clock.advance(hours=1)
    assert scene.wiring.sweep() == 1
    assert [name for name in scene.machine.statuses if name.endswith("-r1")] == [f"{CASE_ID}-reminder_1-r1"]
