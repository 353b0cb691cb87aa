"""The complaint machine's roads on moto, with real (short) timeouts: each is a clock of the complaint."""

from __future__ import annotations

import pytest

from tests.machine.road import LONG, SHORT, Machine
from tests.machine.test_repayment_on_moto import steering

WAITS = ("Acknowledge", "Investigate", "Extended", "Decided", "Review", "Late")
ENDS = ("Closed", "Withdrawn", "Continued")


def test_each_clock_leads_back_to_the_record(machine: Machine) -> None:
    road = machine.handle(steering(*((name, SHORT) for name in WAITS), ("Closed", 1)))
    assert road.end() == "SUCCEEDED"
    entered = [name for stage in WAITS for name in ("Steer", "Stage", stage)]
    assert road.states() == [*entered, "Steer", "Stage", "Closed"]
    assert [call["rounds"] for call in road.calls if call["stage"] == "Steer"] == [0, 1, 2, 3, 4, 5, 6]


def test_an_act_ends_any_wait_at_once(machine: Machine) -> None:
    road = machine.handle(steering(*((name, LONG) for name in WAITS), ("Closed", 1)))
    for stage in WAITS:
        call = road.called(stage)
        named = ("complaint", "id", "leg", "seen", "seconds", "function")
        assert {name: call[name] for name in named} == {
            "complaint": "C-KAAA-KAAA",
            "id": "kaaakaaa2222",
            "leg": 2,
            "seen": f"saw {stage}",
            "seconds": LONG,
            "function": "AwaitPaymentArn",
        }
        road.succeed(call)
    assert road.end() == "SUCCEEDED"
    assert len({call["token"] for call in road.calls if call["stage"] != "Steer"}) == len(WAITS)


@pytest.mark.parametrize("end", ENDS)
def test_every_end_has_its_name(machine: Machine, end: str) -> None:
    road = machine.handle(steering((end, 1)))
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Steer", "Stage", end]


def test_an_unknown_stage_fails_rather_than_waits(machine: Machine) -> None:
    assert machine.handle(steering(("Investigated", 1))).end() == "FAILED"
