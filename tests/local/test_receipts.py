"""A receipt told to the runner becomes an event that the product itself can read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from chalicelib.notices.receipts import parse_receipt
from infra.local.outbox import Message
from infra.local.receipts import UnknownStatus, event_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CASE = "abcdefghijklmnopqrst-1"


def message(channel: str) -> Message:
    return Message(
        channel=channel,
        to="+8613800000117" if channel == "SMS" else "wang@example.com",
        subject=None,
        text="您好",
        html=None,
        sent_at="2026-11-23T08:00:00.000Z",
        provider_message_id="m1",
        segments=1,
        sender="x",
        tags={"case_id": CASE, "step": "first_notice", "channel": channel, "notice_id": "n1"},
    )


@pytest.mark.parametrize(
    ("channel", "status", "meaning"),
    [
        ("SMS", "DELIVERED", "DELIVERED"),
        ("SMS", "FAILED", "FAILED"),
        ("SMS", "CARRIER_BLOCKED", "FAILED"),
        ("SMS", "SUCCESSFUL", "ACCEPTED"),
        ("SMS", "UNKNOWN", "DELAYED"),
        ("EMAIL", "DELIVERED", "DELIVERED"),
        ("EMAIL", "FAILED", "FAILED"),
        ("EMAIL", "COMPLAINED", "COMPLAINED"),
        ("EMAIL", "DELAYED", "DELAYED"),
        ("EMAIL", "SENT", "ACCEPTED"),
        ("EMAIL", "REJECTED", "FAILED"),
    ],
)
def test_the_product_reads_it(channel: str, status: str, meaning: str) -> None:
    event = json.dumps(event_of(message(channel), status, NOW))
    found = parse_receipt(json.dumps({"Type": "Notification", "Message": event}))
    assert found is not None
    assert (str(found.case_id), found.channel, found.status, found.message_id) == (
        CASE,
        channel,
        meaning,
        "m1",
    )


@pytest.mark.parametrize("channel", ["SMS", "EMAIL"])
def test_an_unknown_status_names_the_known_ones(channel: str) -> None:
    with pytest.raises(UnknownStatus) as caught:
        event_of(message(channel), "EATEN", NOW)
    assert "DELIVERED" in caught.value.known
