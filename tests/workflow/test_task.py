"""A task's input as the machine sends it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.codes import Stage
from chalicelib.workflow.task import NEXT, Task, follows
from tests.samples import CASE_ID

STATES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "infra" / "machines" / "case.asl.json").read_text(encoding="utf-8")
)["States"]
PAYLOAD = {"case_id": str(CASE_ID), "stage": "Notify", "token": "t"}


def test_a_payload_is_read() -> None:
    assert Task.parse(PAYLOAD) == Task(CASE_ID, Stage.NOTIFY, "t", None, 0)
    window = PAYLOAD | {"stage": "AwaitWindow", "resume": "Remind", "seconds": 90}
    assert Task.parse(window) == Task(CASE_ID, Stage.AWAIT_WINDOW, "t", Stage.REMIND, 90)


@pytest.mark.parametrize("bad", [{"case_id": "x"}, {"stage": "Nag"}, {"resume": "Nag"}, {"seconds": "soon"}])
def test_anything_else_is_an_error(bad: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Task.parse(PAYLOAD | bad)


@pytest.mark.parametrize("missing", list(PAYLOAD))
def test_nothing_is_guessed(missing: str) -> None:
    with pytest.raises(KeyError):
        Task.parse({name: value for name, value in PAYLOAD.items() if name != missing})


@pytest.mark.parametrize("stage", list(NEXT))
def test_where_a_timeout_leads_is_what_the_machine_says(stage: Stage) -> None:
    """Each stage's timeout goes to the next one, directly or by the state that prepares it."""
    caught = [catch["Next"] for catch in STATES[stage]["Catch"] if "States.Timeout" in catch["ErrorEquals"]]
    assert caught == [NEXT[stage].value]


def test_what_time_alone_leads_to() -> None:
    assert follows(Stage.NO_RESPONSE, Stage.NOTIFY)
    assert follows(Stage.REMIND_AGAIN, Stage.REMIND)
    assert not follows(Stage.REMIND, Stage.REMIND)
    assert not follows(Stage.NOTIFY, Stage.REMIND)
    assert not follows(Stage.REMIND, Stage.AWAIT_WINDOW)
