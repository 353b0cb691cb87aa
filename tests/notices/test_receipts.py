"""Receipts: every event a provider may send is known, and those of others are let go."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from chalicelib.domain.codes import FactKind
from chalicelib.notices.receipts import Receipt, parse_receipt, record
from chalicelib.notices.state import LATTICE, notice_states
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

TAGS = {"case_id": str(CASE_ID), "step": "first_notice", "channel": "SMS", "notice_id": "x", "attempt": "y"}
# What End User Messaging and SES may send (their developer guides' event types).
SMS_EVENTS = [
    "TEXT_QUEUED", "TEXT_PENDING", "TEXT_SENT", "TEXT_SUCCESSFUL", "TEXT_DELIVERED", "TEXT_INVALID",
    "TEXT_INVALID_MESSAGE", "TEXT_UNREACHABLE", "TEXT_CARRIER_UNREACHABLE", "TEXT_CARRIER_BLOCKED",
    "TEXT_BLOCKED", "TEXT_SPAM", "TEXT_TTL_EXPIRED", "TEXT_UNKNOWN",
]  # fmt: skip
SES_EVENTS = ["Send", "Delivery", "DeliveryDelay", "Bounce", "Reject", "Complaint"]


def _sms(event: str, **changes: Any) -> dict[str, Any]:
    return {"eventType": event, "messageId": "m1", "context": TAGS} | changes


def _mail(event: str) -> dict[str, Any]:
    tags = {name: [value] for name, value in (TAGS | {"channel": "EMAIL"}).items()}
    return {"eventType": event, "mail": {"messageId": "m2", "tags": tags | {"ses:operation": ["SendEmail"]}}}


@pytest.mark.parametrize("event", SMS_EVENTS)
def test_every_sms_event_has_its_place_in_the_lattice(event: str) -> None:
    receipt = parse_receipt(json.dumps(_sms(event)))
    assert receipt is not None
    assert receipt.status in LATTICE
    assert (receipt.case_id, receipt.step, receipt.channel, receipt.message_id) == (
        CASE_ID,
        "first_notice",
        "SMS",
        "m1",
    )


@pytest.mark.parametrize("event", SES_EVENTS)
@pytest.mark.parametrize("envelope", [False, True])
def test_every_mail_event_has_its_place_with_or_without_its_envelope(event: str, envelope: bool) -> None:
    body = json.dumps(_mail(event))
    if envelope:
        body = json.dumps({"Type": "Notification", "Message": body, "TopicArn": "arn"})
    receipt = parse_receipt(body)
    assert receipt is not None
    assert receipt.status in LATTICE
    assert (receipt.channel, receipt.message_id) == ("EMAIL", "m2")


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("TEXT_DELIVERED", "DELIVERED"),
        ("TEXT_SENT", "ACCEPTED"),
        ("TEXT_BLOCKED", "FAILED"),
        ("TEXT_UNKNOWN", "DELAYED"),
    ],
)
def test_a_word_means_what_it_says(event: str, status: str) -> None:
    receipt = parse_receipt(json.dumps(_sms(event)))
    assert receipt is not None
    assert receipt.status == status


@pytest.mark.parametrize(
    "event",
    [
        _sms("TEXT_DELIVERED", context={}),
        _sms("TEXT_DELIVERED", context=None),
        _sms("SOMETHING_NEW"),
        {"eventType": "Delivery", "mail": {"messageId": "m"}},
        {"eventType": "Open", "mail": {"tags": {}}},
        {},
    ],
)
def test_an_event_about_no_notice_of_ours_is_none(event: dict[str, Any]) -> None:
    assert parse_receipt(json.dumps(event)) is None


@pytest.mark.parametrize(
    "body", ["", "x", "[]", "7", "null", json.dumps({"Type": "Notification", "Message": "x"})]
)
def test_what_is_no_json_object_is_an_error(body: str) -> None:
    with pytest.raises(ValueError):
        parse_receipt(body)


def test_receipts_may_come_twice_and_in_any_order(scene: Scene) -> None:
    scene.accept()
    words = ["ACCEPTED", "DELAYED", "DELIVERED"]
    seen = set()
    for n, order in enumerate(permutations(words)):
        step = f"step_{n}"
        for late, word in enumerate((*order, *order)):
            new = record(Receipt(CASE_ID, step, "SMS", word, "m1"), NOON + timedelta(seconds=late))
            assert new is (late < len(words))
        seen.add(notice_states([], scene.facts(FactKind.RECEIPT))[f"{step}#SMS"])
    assert seen == {"DELIVERED"}
