"""The senders' queue: each message goes to the machine it came from, and what is none comes back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chalicelib.domain.codes import Stage
from chalicelib.domain.errors import InvalidProfile, NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.store import waits, watches
from chalicelib.store.watches import Watch
from tests.road import NOON
from tests.samples import CASE_ID, KEY
from tests.scene import Scene

TASK = {"case_id": str(CASE_ID), "stage": "Notify", "token": "token-1"}


@pytest.fixture(autouse=True)
def _opened(scene: Scene) -> None:
    scene.accept()


def test_a_stage_of_the_case_waits_as_the_case(scene: Scene) -> None:
    scene.wiring.take_notice(json.dumps(TASK), "attempt-1")
    wait = waits.get(CASE_ID)
    assert wait is not None
    assert (wait.stage, wait.token) == (Stage.NOTIFY, "token-1")
    assert watches.get(CASE_ID, "first_notice") is None
    assert scene.sms.sent[0].tags["attempt"] == "attempt-1"


def test_a_stage_of_a_delivery_waits_as_its_step(scene: Scene) -> None:
    scene.run(Stage.NOTIFY, "token-1")
    scene.run(Stage.DELIVER, "token-2", step="first_notice", at="2026-11-23T04:00:00Z")
    expected = Watch(CASE_ID, "first_notice", "token-2", NOON + timedelta(minutes=30), NOON)
    assert watches.get(CASE_ID, "first_notice") == expected
    wait = waits.get(CASE_ID)
    assert wait is not None
    assert wait.token == "token-1"


def test_a_pause_is_a_wait_that_can_be_seen_and_sends_nothing(scene: Scene) -> None:
    scene.run(Stage.PAUSE, "token-2", step="first_notice", seconds=600)
    expected = Watch(CASE_ID, "first_notice", "token-2", NOON + timedelta(seconds=600), NOON, paused=True)
    assert watches.get(CASE_ID, "first_notice") == expected
    assert (scene.sms.sent, scene.machine.signals) == ([], [])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("no json", ValueError),
        ("{}", KeyError),
        (json.dumps(TASK | {"stage": "Nag"}), ValueError),
        (json.dumps(TASK | {"case_id": "x"}), ValueError),
        (json.dumps(TASK | {"stage": "Deliver", "step": "first_notice", "at": "soon"}), ValueError),
        (json.dumps(TASK | {"case_id": str(CaseId(KEY, 3))}), NotFound),
        (json.dumps(TASK | {"stage": "Deliver", "step": "nag"}), InvalidProfile),
    ],
)
def test_what_is_no_task_comes_back_and_sends_nothing(
    scene: Scene, body: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        scene.wiring.take_notice(body, "attempt-1")
    assert (scene.sms.sent, scene.mail.sent, scene.machine.signals) == ([], [], [])


def test_a_message_delivered_twice_is_carried_out_once(scene: Scene) -> None:
    for attempt in ("attempt-1", "attempt-2"):
        scene.wiring.take_notice(json.dumps(TASK), attempt)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)
    assert scene.machine.signals == []
