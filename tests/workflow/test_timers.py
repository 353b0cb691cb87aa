"""The machine's caller: names are unique, dead waits are not errors, everything else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.codes import Stage
from chalicelib.timers import RestartsSpent, Timers
from tests.fakes import FakeStepFunctions
from tests.samples import CASE_ID, NOON

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:accord-test-case"
DELIVERY = "arn:aws:states:us-east-1:123456789012:stateMachine:accord-test-delivery"
COMPLAINT = "arn:aws:states:us-east-1:123456789012:stateMachine:accord-test-complaint"
REPAYMENT = "arn:aws:states:us-east-1:123456789012:stateMachine:accord-test-repayment"
NAME = str(CASE_ID)
STEP = f"{NAME}-first_notice"


@pytest.fixture
def machine() -> FakeStepFunctions:
    return FakeStepFunctions()


@pytest.fixture
def timers(machine: FakeStepFunctions) -> Timers:
    return Timers(machine, ARN, DELIVERY, REPAYMENT, COMPLAINT)


def test_an_execution_is_named_after_its_case_and_told_ids_and_timers_only(
    timers: Timers, machine: FakeStepFunctions
) -> None:
    timers.start(CASE_ID, {"Notify": 60})
    assert machine.inputs == {NAME: {"case_id": NAME, "timers": {"Notify": 60}}}
    assert machine.machines == {NAME: ARN}


def test_a_delivery_is_named_after_its_step_and_told_since_when_it_is_due(
    timers: Timers, machine: FakeStepFunctions
) -> None:
    timers.deliver(CASE_ID, "first_notice", 1800, NOON)
    given = {"case_id": NAME, "step": "first_notice", "patience": 1800, "at": "2026-11-23T04:00:00Z"}
    assert (machine.inputs, machine.machines) == ({STEP: given}, {STEP: DELIVERY})


def test_one_step_is_seen_delivered_once(timers: Timers, machine: FakeStepFunctions) -> None:
    for hour in range(3):
        timers.deliver(CASE_ID, "first_notice", 1800, NOON + timedelta(hours=hour))
    assert machine.inputs[STEP]["at"] == "2026-11-23T04:00:00Z"


def test_a_delivery_that_ended_is_started_under_another_name(
    timers: Timers, machine: FakeStepFunctions
) -> None:
    asked = (CASE_ID, "first_notice", 1800, NOON)
    assert [timers.ensure_delivering(*asked), timers.ensure_delivering(*asked)] == [True, False]
    machine.statuses[STEP] = "FAILED"
    assert timers.ensure_delivering(*asked) is True
    assert machine.machines == {STEP: DELIVERY, f"{STEP}-r1": DELIVERY}


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
    for _ in range(10):
        machine.statuses |= dict.fromkeys(machine.statuses, "FAILED")
        assert timers.ensure_running(CASE_ID, {})
    machine.statuses |= dict.fromkeys(machine.statuses, "FAILED")
    with pytest.raises(RestartsSpent, match=str(CASE_ID)):
        timers.ensure_running(CASE_ID, {})
    assert len(machine.statuses) == 10


def test_signals_say_what_the_machine_expects(timers: Timers, machine: FakeStepFunctions) -> None:
    assert timers.answer("t1") is True
    assert timers.settle("t2") is True
    assert timers.defer("t3", Stage.REMIND, 90) is True
    assert timers.delivered("t4") is True
    assert timers.undelivered("t5") is True
    assert timers.exhausted("t6") is True
    assert machine.signals[0] == ("t1", "success", {"signal": "Answered"})
    assert machine.signals[1][:2] == ("t2", "Settled")
    assert machine.signals[2][:2] == ("t3", "Deferred")
    assert machine.signals[3] == ("t4", "success", {})
    assert [signal[1] for signal in machine.signals[4:]] == ["Undelivered", "Exhausted"]
    assert json.loads(machine.signals[2][2]) == {"stage": "Remind", "seconds": 90}


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_deferral_is_at_least_a_second(timers: Timers, machine: FakeStepFunctions, seconds: int) -> None:
    """Step Functions takes no timeout of zero."""
    timers.defer("t", Stage.REMIND, seconds)
    assert json.loads(machine.signals[0][2])["seconds"] == 1


def test_a_wait_that_is_over_is_no_error(timers: Timers, machine: FakeStepFunctions) -> None:
    machine.dead.add("t")
    ends = (timers.answer, timers.settle, timers.delivered, timers.undelivered, timers.exhausted)
    assert [end("t") for end in ends] == [False] * 5
    assert timers.defer("t", Stage.REMIND, 1) is False


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("start_execution", lambda timers: timers.start(CASE_ID, {})),
        ("start_execution", lambda timers: timers.deliver(CASE_ID, "first_notice", 1800, NOON)),
        ("describe_execution", lambda timers: timers.ensure_delivering(CASE_ID, "first_notice", 1800, NOON)),
        ("start_execution", lambda timers: timers.ensure_running(CASE_ID, {})),
        ("describe_execution", lambda timers: timers.ensure_running(CASE_ID, {})),
        ("send_task_success", lambda timers: timers.answer("t")),
        ("send_task_success", lambda timers: timers.delivered("t")),
        ("send_task_failure", lambda timers: timers.settle("t")),
    ],
)
def test_any_other_failure_is_raised(
    timers: Timers, machine: FakeStepFunctions, operation: str, call: Callable[[Timers], object]
) -> None:
    machine.failing[operation] = "AccessDeniedException"
    with pytest.raises(ClientError):
        call(timers)


def test_a_plan_has_one_execution_and_its_successors_have_names_of_their_own(
    timers: Timers, machine: FakeStepFunctions
) -> None:
    for _ in range(2):
        timers.repay(CASE_ID, 2, NOON)
    assert timers.ensure_repaying(CASE_ID, 2, 1, NOON) is False
    assert timers.ensure_repaying(CASE_ID, 2, 3, NOON) is True
    assert list(machine.statuses) == [f"{NAME}-p2", f"{NAME}-p2-s3"]
    assert set(machine.machines.values()) == {REPAYMENT}
    assert machine.inputs[f"{NAME}-p2-s3"] == {
        "case_id": NAME,
        "plan": 2,
        "leg": 3,
        "began": "2026-11-23T04:00:00Z",
        "next": {"rounds": 0},
    }
