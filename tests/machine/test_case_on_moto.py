"""The case machine's roads, run on moto with real (short) timeouts: the timeout is the timer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.machine.road import LONG, SHORT, LambdaFault, Machine, Road

REMINDERS = ("Notify", "Remind", "RemindAgain")


def test_plain_case_reminds_once_is_answered_and_closes_in_few_transitions(machine: Machine) -> None:
    road = machine.start(Notify=SHORT)
    road.succeed(road.called("Remind"))
    road.succeed(road.called("Answered"))
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Notify", "Remind", "Answered", "Steer", "Onward", "Closed"]


def test_nobody_answers_every_timer_fires_and_the_case_closes(machine: Machine) -> None:
    road = machine.start(Notify=SHORT, Remind=SHORT, RemindAgain=SHORT)
    assert road.end() == "SUCCEEDED"
    assert road.states() == [*REMINDERS, "NoResponse", "Closed"]
    assert [(call["function"], call["stage"]) for call in road.calls] == [
        ("queue", "Notify"),
        ("queue", "Remind"),
        ("queue", "RemindAgain"),
        ("CloseCaseArn", "NoResponse"),
    ]
    assert {call["case_id"] for call in road.calls} == {"case-0001"}


def test_every_wait_has_a_token_of_its_own(machine: Machine) -> None:
    road = machine.start(Notify=SHORT)
    road.succeed(road.called("Remind"))
    road.succeed(road.called("Answered"))
    road.end()
    tokens = [call["token"] for call in road.calls if call["stage"] != "Steer"]
    assert len(set(tokens)) == len(tokens) == 3


@pytest.mark.parametrize("stage", [*REMINDERS, "AwaitWindow", "Answered"])
def test_payment_ends_the_case_at_every_waiting_stage(machine: Machine, stage: str) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if call["stage"] == "Notify" and stage == "AwaitWindow":
            road.fail(call, "Deferred", {"stage": "Notify", "seconds": 60})
        elif call["stage"] == stage:
            road.fail(call, "Settled")
        elif stage == "Answered":
            road.succeed(call)

    timers = dict.fromkeys(REMINDERS[: REMINDERS.index(stage)], SHORT) if stage in REMINDERS else {}
    road = machine.start(script, **timers)
    assert road.end() == "SUCCEEDED"
    assert road.states()[-2:] == [stage, "Settled"]


@pytest.mark.parametrize("stage", REMINDERS)
def test_deferred_stage_waits_for_the_window_and_comes_back(machine: Machine, stage: str) -> None:
    deferrals = iter([{"stage": stage, "seconds": SHORT}])

    def script(road: Road, call: dict[str, Any]) -> None:
        if call["stage"] == stage:
            deferral = next(deferrals, None)
            road.succeed(call) if deferral is None else road.fail(call, "Deferred", deferral)

    before = REMINDERS[: REMINDERS.index(stage)]
    road = machine.start(script, **dict.fromkeys(before, SHORT))
    window = road.called("AwaitWindow")
    assert (window["resume"], window["seconds"], window["function"]) == (stage, SHORT, "AwaitSignalArn")
    road.called("Answered")
    assert road.states() == [*before, stage, "Later", "AwaitWindow", "Resume", stage, "Answered"]


@pytest.mark.parametrize("stage", [*REMINDERS, "Answered", "NoResponse", "LimitPassed"])
def test_restarted_case_goes_back_to_the_stage_it_stood_at(machine: Machine, stage: str) -> None:
    told = iter([{"stage": stage, "seconds": SHORT}])

    def script(road: Road, call: dict[str, Any]) -> None:
        deferral = next(told, None)
        if deferral:
            road.fail(call, "Deferred", deferral)

    road = machine.start(script)
    road.called(stage, times=2 if stage == "Notify" else 1)
    assert road.states()[:5] == ["Notify", "Later", "AwaitWindow", "Resume", stage]


def test_answer_while_waiting_for_the_window_is_an_answer(machine: Machine) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if call["stage"] == "Notify":
            road.fail(call, "Deferred", {"stage": "Notify", "seconds": 60})

    road = machine.start(script)
    road.succeed(road.called("AwaitWindow"))
    road.called("Answered")


def test_unknown_stage_to_resume_fails_rather_than_sends(machine: Machine) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if call["stage"] == "Notify":
            road.fail(call, "Deferred", {"stage": "Remindd", "seconds": SHORT})

    road = machine.start(script)
    assert road.end() == "FAILED"
    assert len(road.calls) == 2


def test_answered_case_with_which_nothing_happens_closes_at_its_limit(machine: Machine) -> None:
    road = machine.start(Answered=SHORT)
    road.succeed(road.called("Notify"))
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Notify", "Answered", "LimitPassed", "Closed"]


def test_other_errors_fail_the_execution_with_their_cause_in_the_history(machine: Machine) -> None:
    road = machine.start()
    for times in range(1, 9):  # the first try and seven retries
        road.fail(road.called("Notify", times=times), "TypeError", "a bug")
    assert road.end() == "FAILED"
    assert road.states()[-1] == "Failed"


@pytest.mark.parametrize(("raised", "last", "tries"), [("TypeError", "Failed", 8), ("Settled", "Settled", 1)])
def test_a_function_that_raises_fails_the_wait_once_its_retries_are_used_up(
    machine: Machine, raised: str, last: str, tries: int
) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if call["stage"] == "Answered":
            raise LambdaFault(raised)
        road.succeed(call)

    road = machine.start(script)
    road.end()
    assert road.states()[-1] == last
    assert len(road.calls) == 1 + tries


def test_lambda_service_errors_are_retried(machine: Machine) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if call["stage"] == "Notify":
            road.succeed(call)
        elif len(road.calls) == 2:
            raise LambdaFault("Lambda.TooManyRequestsException")

    road = machine.start(script)
    road.fail(road.called("Answered", times=2), "Settled")
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Notify", "Answered", "Settled"]


@pytest.mark.parametrize(("closing", "then"), [("NoResponse", "Answered"), ("LimitPassed", "Steer")])
def test_late_answer_beats_the_closing(machine: Machine, closing: str, then: str) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if call["stage"] == "Notify":
            road.fail(call, "Deferred", {"stage": closing, "seconds": SHORT})
        if call["stage"] == closing:
            raise LambdaFault("Answered")

    road = machine.start(script)
    road.called(then)
    states = road.states()
    assert states[states.index(closing) + 1] == then


MEDIATION = ("Acceptance", "Assignment", "Scheduling", "Meeting", "Session", "Drafting", "Signature")


def _to(stage: str, seconds: int, then: str = "Closed") -> Any:
    """A script that answers, steers into `stage` for some seconds, and after that to `then`."""
    stages = iter([stage, then])

    def script(road: Road, call: dict[str, Any]) -> dict[str, Any] | None:
        if call["stage"] == "Steer":
            found = next(stages)
            return {"case_id": call["case_id"], "timers": call["timers"] | {found: seconds}, "stage": found}
        if call["stage"] in ("Notify", "Answered"):
            road.succeed(call)
        return None

    return script


@pytest.mark.parametrize("stage", MEDIATION)
def test_each_stage_of_a_mediation_is_a_state_whose_timeout_is_its_timer(
    machine: Machine, stage: str
) -> None:
    road = machine.start(_to(stage, SHORT))
    assert road.end() == "SUCCEEDED"
    assert road.states()[-6:] == ["Steer", "Onward", stage, "Steer", "Onward", "Closed"]
    waited = road.called(stage)
    assert (waited["seconds"], waited["function"]) == (SHORT, "AwaitSignalArn")


@pytest.mark.parametrize("stage", MEDIATION)
def test_an_act_ends_a_stage_of_mediation_and_the_record_says_what_follows(
    machine: Machine, stage: str
) -> None:
    road = machine.start(_to(stage, LONG, "PlanActive"))
    road.succeed(road.called(stage))
    assert road.end() == "SUCCEEDED"
    assert road.states()[-5:] == ["Onward", stage, "Steer", "Onward", "PlanActive"]


@pytest.mark.parametrize("stage", MEDIATION)
def test_payment_ends_every_stage_of_a_mediation(machine: Machine, stage: str) -> None:
    road = machine.start(_to(stage, LONG))
    road.fail(road.called(stage), "Settled")
    assert road.end() == "SUCCEEDED"
    assert road.states()[-2:] == [stage, "Settled"]


def test_a_stage_nobody_knows_fails_rather_than_waits(machine: Machine) -> None:
    road = machine.start(_to("Nowhere", LONG))
    assert road.end() == "FAILED"
