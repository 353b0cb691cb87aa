"""The machine's caller: names are unique, dead waits are not errors, everything else is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.codes import Stage
from chalicelib.timers import Timers
from tests.fakes import FakeStepFunctions
from tests.samples import CASE_ID

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:accord-test-case"
NAME = str(CASE_ID)


@pytest.fixture
def machine() -> FakeStepFunctions:
    return FakeStepFunctions()


@pytest.fixture
def timers(machine: FakeStepFunctions) -> Timers:
    return Timers(machine, ARN)


def test_an_execution_is_named_after_its_case_and_told_ids_and_timers_only(
    timers: Timers, machine: FakeStepFunctions
) -> None:
    timers.start(CASE_ID, {"Notify": 60})
    assert machine.inputs == {NAME: {"case_id": NAME, "timers": {"Notify": 60}}}


def test_starting_twice_is_starting_once(timers: Timers, machine: FakeStepFunctions) -> None:
    timers.start(CASE_ID, {"Notify": 60})
    timers.start(CASE_ID, {"Notify": 90})
    assert machine.inputs[NAME]["timers"] == {"Notify": 60}


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_a_running_execution_is_enough(timers: Timers, machine: FakeStepFunctions, status: str) -> None:
    machine.statuses[NAME] = status
    assert timers.ensure_running(CASE_ID, {}) is False
    assert list(machine.statuses) == [NAME]


def test_a_restart_that_runs_is_enough(timers: Timers, machine: FakeStepFunctions) -> None:
    machine.statuses |= {NAME: "FAILED", f"{NAME}-r1": "RUNNING"}
    assert timers.ensure_running(CASE_ID, {}) is False
    assert len(machine.statuses) == 2


def test_restarts_come_to_an_end(timers: Timers, machine: FakeStepFunctions) -> None:
    """A case that fails ten times over is a bug to be looked at, not to be started for ever."""
    for _ in range(20):
        machine.statuses |= dict.fromkeys(machine.statuses, "FAILED")
        timers.ensure_running(CASE_ID, {})
    assert len(machine.statuses) == 10


def test_signals_say_what_the_machine_expects(timers: Timers, machine: FakeStepFunctions) -> None:
    assert timers.answer("t1") is True
    assert timers.settle("t2") is True
    assert timers.defer("t3", Stage.REMIND, 90) is True
    assert machine.signals[0] == ("t1", "success", {"signal": "Answered"})
    assert machine.signals[1][:2] == ("t2", "Settled")
    assert machine.signals[2][:2] == ("t3", "Deferred")
    assert json.loads(machine.signals[2][2]) == {"stage": "Remind", "seconds": 90}


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_deferral_is_at_least_a_second(timers: Timers, machine: FakeStepFunctions, seconds: int) -> None:
    """Step Functions takes no timeout of zero."""
    timers.defer("t", Stage.REMIND, seconds)
    assert json.loads(machine.signals[0][2])["seconds"] == 1


def test_a_wait_that_is_over_is_no_error(timers: Timers, machine: FakeStepFunctions) -> None:
    machine.dead.add("t")
    assert (timers.answer("t"), timers.settle("t"), timers.defer("t", Stage.REMIND, 1)) == (
        False,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("start_execution", lambda timers: timers.start(CASE_ID, {})),
        ("start_execution", lambda timers: timers.ensure_running(CASE_ID, {})),
        ("describe_execution", lambda timers: timers.ensure_running(CASE_ID, {})),
        ("send_task_success", lambda timers: timers.answer("t")),
        ("send_task_failure", lambda timers: timers.settle("t")),
    ],
)
def test_any_other_failure_is_raised(
    timers: Timers, machine: FakeStepFunctions, operation: str, call: Callable[[Timers], object]
) -> None:
    machine.failing[operation] = "AccessDeniedException"
    with pytest.raises(ClientError):
        call(timers)
