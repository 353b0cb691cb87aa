"""Events over AWS: who may speak for a lender, and what becomes of what cannot be taken in."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import boto3
import pytest

from chalicelib.domain.errors import NotPermitted
from chalicelib.store import events, feeds
from chalicelib.store.quarantine import Quarantined
from tests.scene import Scene

ROLE, ACCOUNT = "AROAEXAMPLEEXAMPLE23", "111122223333"


@pytest.fixture(autouse=True)
def allowed(scene: Scene) -> None:
    """The example's lender sends from a role to the queue, from an account to the bus; nothing waits."""
    bucket = boto3.resource("s3").Bucket(scene.wiring.settings.records_bucket)
    bucket.objects.filter(Prefix="quarantine/").delete()
    feeds.allow("demo-bank", ROLE)
    feeds.allow("demo-bank", ACCOUNT)


def over_sqs(body: str, sender: str = f"{ROLE}:job-7") -> dict[str, Any]:
    return {
        "messageId": "m",
        "body": body,
        "attributes": {"SenderId": sender},
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:accord-test-feed",
    }


def over_bus(detail: Any, account: str = ACCOUNT) -> dict[str, Any]:
    """As EventBridge writes it; `source` and `detail-type` are the sender's to choose, `account` is not."""
    told = {
        "version": "0",
        "id": "0",
        "source": "loans",
        "detail-type": "event",
        "account": account,
        "detail": detail,
    }
    return over_sqs(json.dumps(told), "AROAEVENTBRIDGEITSELF") | {
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:accord-test-from-bus"
    }


def waiting(scene: Scene) -> list[Quarantined]:
    return list(scene.wiring.quarantine.all())


def test_an_event_from_a_queue_is_taken_as_one_over_http(scene: Scene, counted: Counter[str]) -> None:
    scene.wiring.take_feed(over_sqs(scene.road.event().decode()))
    assert counted == {"EventTaken": 1}
    (queued,) = scene.queued()
    stored = events.get(json.loads(queued)["reference"])
    again = scene.take(scene.road.event())
    assert (stored.lender, stored.reference) == ("demo-bank", again.reference)
    assert waiting(scene) == []


def test_an_event_from_the_bus_is_its_detail(scene: Scene) -> None:
    event = json.loads(scene.road.event())
    scene.wiring.take_feed(over_bus(event))
    scene.wiring.take_feed(over_sqs(scene.road.event().decode()))  # the same over another way
    references = {json.loads(body)["reference"] for body in scene.queued()}
    assert len(references) == 1
    assert json.loads(events.get(references.pop()).body) == event


@pytest.mark.parametrize(
    "record",
    [
        lambda body: over_sqs(body, "AROASTRANGERSTRANGER:job-7"),
        lambda body: over_sqs(body, ACCOUNT + "0"),
        lambda body: over_bus(json.loads(body), "444455556666"),
        lambda body: over_sqs(json.dumps({"account": ACCOUNT, "detail": json.loads(body)}), "444455556666"),
        lambda body: over_sqs(body.replace('"demo-bank"', '"other-bank"')),
    ],
    ids=[
        "another role",
        "another account",
        "another account's bus",
        "an envelope over the queue",
        "for others",
    ],
)
def test_who_does_not_speak_for_a_lender_is_kept_out_and_nothing_is_lost(
    scene: Scene, counted: Counter[str], record: Any
) -> None:
    sent = record(scene.road.event().decode())
    scene.wiring.take_feed(sent)
    assert scene.queued() == []
    assert counted == {"EventQuarantined": 1}
    (parked,) = waiting(scene)
    assert parked.lender == "-"
    assert [fault.pointer for fault in parked.faults] == ["/source"]
    kept = json.loads(scene.wiring.quarantine.body(parked.key))
    assert kept == (json.loads(sent["body"]) if parked.entry == "sqs" else json.loads(sent["body"])["detail"])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"type": "loan.unheard_of.v1"}, "/type"),
        ({"time": "2030-01-01T00:00:00Z"}, "/time"),
        ({"specversion": "0.3"}, "/specversion"),
    ],
)
def test_what_breaks_the_contract_waits_with_every_reason(scene: Scene, change: Any, pointer: str) -> None:
    for record in (over_sqs, lambda body: over_bus(json.loads(body))):
        scene.wiring.take_feed(record(json.dumps(json.loads(scene.road.event()) | change)))
    assert scene.queued() == []
    assert {(one.entry, one.lender) for one in waiting(scene)} == {
        ("sqs", "demo-bank"),
        ("eventbridge", "demo-bank"),
    }
    assert all(pointer in [fault.pointer for fault in one.faults] for one in waiting(scene))


def test_one_id_for_two_events_is_no_silence(scene: Scene, counted: Counter[str]) -> None:
    scene.wiring.take_feed(over_sqs(scene.road.event().decode()))
    scene.wiring.take_feed(over_sqs(scene.road.event(subject="LN-OTHER").decode()))
    assert counted == {"EventTaken": 1, "EventConflict": 1, "EventQuarantined": 1}
    (parked,) = waiting(scene)
    assert [fault.pointer for fault in parked.faults] == ["/id"]


@pytest.mark.parametrize("body", ["", "no json", "[]", "\ud800", '{"source": 1}', "{" * 1000])
def test_no_body_comes_back_for_ever(scene: Scene, body: str) -> None:
    scene.wiring.take_feed(over_sqs(body))
    assert len(waiting(scene)) == 1


def test_the_same_message_twice_waits_once(scene: Scene) -> None:
    for _ in range(2):
        scene.wiring.take_feed(over_sqs("no json"))
    assert len(waiting(scene)) == 1


def test_a_sender_that_is_no_longer_allowed_is_kept_out(scene: Scene) -> None:
    feeds.forbid("demo-bank", ROLE)
    assert feeds.of("demo-bank") == {ACCOUNT}
    scene.wiring.take_feed(over_sqs(scene.road.event().decode()))
    assert scene.queued() == []


@pytest.mark.parametrize("sender", ["arn:aws:iam::111122223333:role/loans", "1111", "*", "", "AROA"])
def test_a_sender_is_what_aws_tells_of_one(scene: Scene, sender: str) -> None:
    with pytest.raises(NotPermitted, match="AROA"):
        feeds.allow("demo-bank", sender)
