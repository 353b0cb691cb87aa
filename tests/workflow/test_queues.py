"""The queues' records: what fails comes back alone, what repeats changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib.domain.codes import FactKind, Stage
from chalicelib.store import lenders, unmatched
from tests.road import DEMO_BANK
from tests.samples import CASE_ID
from tests.scene import Scene

# Powertools warns of every invocation that counts nothing, and warnings are errors here.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def _deliver(function: str, *bodies: str) -> list[str]:
    """Invoke a queue's function with a batch; returns the ids of the records it gives back."""
    with Client(app.app) as client:
        event = client.events.generate_sqs_event(list(bodies))
        for n, record in enumerate(event["Records"]):
            record["messageId"] = f"message-{n}"
        answer: dict[str, Any] = client.lambda_.invoke(function, event).payload
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def _reference(scene: Scene, **changes: Any) -> str:
    return json.dumps({"reference": scene.take(scene.road.event(**changes)).reference})


def _receipt(event_type: str = "TEXT_DELIVERED", **context: str) -> str:
    tags = {"case_id": str(CASE_ID), "step": "first_notice", "channel": "SMS"} | context
    return json.dumps({"eventType": event_type, "messageId": "sms-1", "context": tags})


def test_one_poison_among_many_comes_back_alone(scene: Scene) -> None:
    bodies = [
        _reference(scene),
        "no json",
        json.dumps({"reference": "unknown"}),
        "{}",
        _reference(scene, id="evt-2", subject="LN-2"),
    ]
    assert _deliver("take_loan_event", *bodies) == ["message-1", "message-2", "message-3"]
    assert len(scene.machine.statuses) == 2


def test_a_whole_batch_of_poison_comes_back_without_an_exception(scene: Scene) -> None:
    assert _deliver("take_loan_event", "x", "y") == ["message-0", "message-1"]


def test_the_same_record_twice_in_one_batch_is_done_once(scene: Scene) -> None:
    reference = _reference(scene)
    assert _deliver("take_loan_event", reference, reference) == []
    assert list(scene.machine.statuses) == [str(CASE_ID)]


def test_receipts_land_on_the_case_and_strangers_are_kept_for_later(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY)
    bodies = [
        _receipt(),
        json.dumps({"Type": "Notification", "Message": _receipt("TEXT_SENT")}),
        json.dumps({"eventType": "TEXT_DELIVERED", "messageId": "not ours"}),
        "no json",
        "[]",
    ]
    assert _deliver("take_receipt", *bodies) == ["message-3", "message-4"]
    assert {fact.which[2] for fact in scene.facts(FactKind.RECEIPT)} == {"DELIVERED", "ACCEPTED"}
    assert [body for _, body in unmatched.some("0", 9)] == [bodies[2]]


def test_a_notice_that_cannot_be_written_comes_back_and_the_next_goes(scene: Scene) -> None:
    scene.accept()
    task = {"case_id": str(CASE_ID), "stage": "Notify", "token": "token-1"}
    lenders.put(replace(DEMO_BANK, settings={}))
    scene.restart()
    assert _deliver("send_notice", json.dumps(task)) == ["message-0"]
    lenders.put(DEMO_BANK)
    scene.restart()
    assert _deliver("send_notice", json.dumps(task)) == []
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)


def test_each_invocation_is_an_attempt_of_its_own(scene: Scene) -> None:
    scene.accept()
    _deliver("send_notice", json.dumps({"case_id": str(CASE_ID), "stage": "Notify", "token": "token-1"}))
    assert scene.sms.sent[0].tags["attempt"]
    assert scene.case.claims["first_notice#SMS"].startswith(scene.sms.sent[0].tags["attempt"][:8])


@pytest.mark.usefixtures("scene")
def test_a_receipt_for_a_case_that_cannot_be_comes_back() -> None:
    assert _deliver("take_receipt", _receipt(case_id="not-a-case")) == ["message-0"]
