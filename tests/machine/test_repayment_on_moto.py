"""The repayment machine's roads on moto, with real (short) timeouts: each is an instalment's timer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.machine.road import LONG, SHORT, LambdaFault, Machine, Road

WAITS = ("Upcoming", "Due", "Grace", "Held", "Breached")
ENDS = ("Completed", "Renegotiated", "Continued", "Closed")


def steering(*stages: tuple[str, int]) -> Any:
    """Return a script whose Steer names these stages one after the other, then the end."""
    left: Iterator[tuple[str, int]] = iter((*stages, ("Completed", 1)))

    def script(road: Road, call: dict[str, Any]) -> dict[str, Any] | None:
        if call["stage"] != "Steer":
            return {}
        stage, seconds = next(left)
        return {"stage": stage, "seconds": seconds, "seen": f"saw {stage}", "rounds": call["rounds"] + 1}

    return script


def test_each_timer_leads_to_the_next_stage_by_way_of_steer(machine: Machine) -> None:
    road = machine.repay(steering(*((name, SHORT) for name in WAITS)))
    assert road.end() == "SUCCEEDED"
    entered = [name for stage in WAITS for name in ("Steer", "Stage", stage)]
    assert road.states() == [*entered, "Steer", "Stage", "Completed"]
    assert [call["rounds"] for call in road.calls if call["stage"] == "Steer"] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("stage", WAITS)
def test_a_payment_ends_any_wait_at_once(machine: Machine, stage: str) -> None:
    road = machine.repay(steering((stage, LONG)))
    call = road.called(stage)
    assert {name: call[name] for name in ("case_id", "leg", "seen", "seconds", "function")} == {
        "case_id": "case-0001",
        "leg": 2,
        "seen": f"saw {stage}",
        "seconds": LONG,
        "function": "AwaitPaymentArn",
    }
    road.succeed(call)
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Steer", "Stage", stage, "Steer", "Stage", "Completed"]


@pytest.mark.parametrize("stage", WAITS)
def test_a_settled_case_ends_any_wait(machine: Machine, stage: str) -> None:
    road = machine.repay(steering((stage, LONG)))
    road.fail(road.called(stage), "Settled")
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Steer", "Stage", stage, "Closed"]


@pytest.mark.parametrize("end", ENDS)
def test_every_end_has_its_name(machine: Machine, end: str) -> None:
    road = machine.repay(steering((end, 1)))
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Steer", "Stage", end]


def test_an_unknown_stage_fails_rather_than_waits(machine: Machine) -> None:
    road = machine.repay(steering(("Upcomming", 1)))
    assert road.end() == "FAILED"


def test_a_steer_that_raises_fails_once_its_retries_are_used_up(machine: Machine) -> None:
    def script(road: Road, call: dict[str, Any]) -> dict[str, Any] | None:
        raise LambdaFault("TypeError")

    road = machine.repay(script)
    assert road.end() == "FAILED"
    assert len(road.calls) == 8
