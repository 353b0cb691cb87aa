"""The waiting task: the wait is stored first, then what may have happened meanwhile ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.store import cases, waits
from chalicelib.store.facts import Fact
from chalicelib.store.waits import Wait
from chalicelib.workflow.task import Task
from tests.answered import answer
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

WINDOW = Task(CASE_ID, Stage.AWAIT_WINDOW, "token-1", Stage.REMIND, 3_600)
ANSWERED = Task(CASE_ID, Stage.ANSWERED, "token-1", None, 2_592_000)
BACK_TO_ANSWERED = Task(CASE_ID, Stage.AWAIT_WINDOW, "token-1", Stage.ANSWERED, 60)


@pytest.fixture(autouse=True)
def _opened(scene: Scene) -> None:
    scene.accept()


def _answer(status: CaseStatus = CaseStatus.FEEDBACK) -> None:
    answer(CASE_ID, status, Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",)))


def _settle() -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)


@pytest.mark.parametrize(
    ("task", "resume", "seconds"), [(WINDOW, Stage.REMIND, 3_600), (ANSWERED, Stage.LIMIT_PASSED, 2_592_000)]
)
def test_a_wait_is_stored_with_its_deadline_and_left_to_the_machine(
    scene: Scene, task: Task, resume: Stage, seconds: int
) -> None:
    scene.wiring.await_signal(task)
    expected = Wait(CASE_ID, task.stage, resume, "token-1", NOON + timedelta(seconds=seconds))
    assert waits.get(CASE_ID) == expected
    assert scene.machine.signals == []


@pytest.mark.parametrize("task", [WINDOW, ANSWERED, BACK_TO_ANSWERED])
def test_a_settled_case_waits_for_nothing(scene: Scene, task: Task) -> None:
    _settle()
    scene.wiring.await_signal(task)
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Settled")]


def test_an_answer_before_the_window_opens_ends_the_wait_for_it(scene: Scene) -> None:
    _answer()
    scene.wiring.await_signal(WINDOW)
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]


@pytest.mark.parametrize("task", [ANSWERED, BACK_TO_ANSWERED])
def test_an_answered_case_stays_in_its_stage(scene: Scene, task: Task) -> None:
    _answer()
    scene.wiring.await_signal(task)
    assert scene.machine.signals == []


@pytest.mark.parametrize("task", [ANSWERED, BACK_TO_ANSWERED])
def test_a_case_that_has_gone_on_to_mediation_does_not_wait_as_answered(scene: Scene, task: Task) -> None:
    _answer(CaseStatus.APPLIED)
    scene.wiring.await_signal(task)
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]


def test_the_wait_is_on_record_before_it_is_ended(scene: Scene) -> None:
    """A signal that cannot be delivered must find the wait again."""
    _settle()
    scene.machine.failing["send_task_failure"] = "InternalError"
    with pytest.raises(Exception, match="InternalError"):
        scene.wiring.await_signal(WINDOW)
    assert waits.get(CASE_ID) is not None
