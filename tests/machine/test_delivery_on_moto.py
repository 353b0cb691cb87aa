"""The delivery machine's roads, run on moto with real (short) timeouts: the timeout is the patience."""

from __future__ import annotations

from typing import Any

import pytest

from tests.machine.road import SHORT, Machine, Road


def test_a_receipt_ends_a_delivery_in_two_transitions(machine: Machine) -> None:
    road = machine.deliver()
    call = road.called("Deliver")
    assert {name: call[name] for name in ("case_id", "step", "at", "function")} == {
        "case_id": "case-0001",
        "step": "first_notice",
        "at": "then",
        "function": "queue",
    }
    road.succeed(call)
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Deliver", "Delivered"]


def test_no_receipt_in_time_leads_to_the_next_channel(machine: Machine) -> None:
    road = machine.deliver(patience=SHORT)
    road.succeed(road.called("Deliver", times=3))
    assert road.end() == "SUCCEEDED"
    assert road.states()[:3] == ["Deliver", "Again", "Deliver"]
    tokens = [call["token"] for call in road.calls]
    assert len(set(tokens)) == len(tokens), "an old token must wake nobody"


def test_a_failure_leads_to_the_next_channel_at_once(machine: Machine) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if len(road.calls) == 1:
            road.fail(call, "Undelivered")

    road = machine.deliver(script)
    road.succeed(road.called("Deliver", times=2))
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Deliver", "Again", "Deliver", "Delivered"]


def test_a_deferral_waits_and_comes_back_for_the_same_step(machine: Machine) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if len(road.calls) == 1:
            road.fail(call, "Deferred", {"stage": "Deliver", "seconds": SHORT})

    road = machine.deliver(script)
    pause = road.called("Pause")
    assert (pause["seconds"], pause["step"]) == (SHORT, "first_notice")
    again = road.called("Deliver", times=2)
    assert (again["step"], again["at"]) == ("first_notice", "then")
    road.succeed(again)
    assert road.end() == "SUCCEEDED"
    assert road.states() == ["Deliver", "Later", "Pause", "Deliver", "Delivered"]


def test_a_pause_may_be_cut_short(machine: Machine) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        if len(road.calls) == 1:
            road.fail(call, "Deferred", {"stage": "Deliver", "seconds": 60})

    road = machine.deliver(script)
    road.succeed(road.called("Pause"))
    road.called("Deliver", times=2)


@pytest.mark.parametrize(
    ("error", "last", "status"), [("Exhausted", "Unreached", "SUCCEEDED"), ("TypeError", "Failed", "FAILED")]
)
def test_every_end_has_its_name(machine: Machine, error: str, last: str, status: str) -> None:
    def script(road: Road, call: dict[str, Any]) -> None:
        road.fail(call, error)

    road = machine.deliver(script)
    assert road.end() == status
    assert road.states()[-1] == last
