"""A receipt told to the runner becomes an event that the product itself can read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from chalicelib.channels.letter_events import print_events
from chalicelib.channels.receipts import parse
from chalicelib.channels.replies import parse_inbound
from infra.local.outbox import Message
from infra.local.receipts import STATUSES, UnknownStatus, event_of
from infra.local.receipts_email import DETAIL_TYPES
from infra.local.replies import reply_event

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CASE = "abcdefghijklmnopqrst-1"


def message(channel: str) -> Message:
    return Message(
        channel=channel,
        to="+8613800000117" if channel in ("SMS", "VOICE") else "wang@example.com",
        subject=None,
        text="您好",
        html=None,
        sent_at="2026-11-23T08:00:00.000Z",
        provider_message_id="m1",
        segments=1,
        sender="x",
        tags={"case_id": CASE, "step": "first_notice", "channel": channel, "notice_id": "n1"},
    )


def as_it_arrives(channel: str, status: str) -> str:
    """Return the body of the queue message that a provider's word becomes on its way."""
    event = event_of(message(channel), status, NOW)
    if channel in ("SMS", "VOICE"):
        return json.dumps({"Type": "Notification", "Message": json.dumps(event)})
    if channel == "EMAIL":
        envelope = {"source": "aws.ses", "detail-type": DETAIL_TYPES[event["eventType"]], "detail": event}
        return json.dumps(envelope)
    if channel == "LETTER":
        (found,), rejected = print_events(json.dumps(event).encode())
        assert not rejected
        return found.body()
    return json.dumps({"source": "accord.in_app", "detail": event})  # as the providers' door queues it


@pytest.mark.parametrize(
    ("channel", "status", "meaning"),
    [
        ("SMS", "DELIVERED", "DELIVERED"),
        ("SMS", "FAILED", "FAILED"),
        ("SMS", "CARRIER_BLOCKED", "FAILED"),
        ("SMS", "SUCCESSFUL", "ACCEPTED"),
        ("SMS", "UNKNOWN", "DELAYED"),
        ("VOICE", "RINGING", "ACCEPTED"),
        ("VOICE", "ANSWERED", "DELIVERED"),
        ("VOICE", "COMPLETED", "DELIVERED"),
        ("VOICE", "BUSY", "FAILED"),
        ("VOICE", "NO_ANSWER", "FAILED"),
        ("EMAIL", "DELIVERED", "DELIVERED"),
        ("EMAIL", "FAILED", "FAILED"),
        ("EMAIL", "SOFT_BOUNCED", "FAILED"),
        ("EMAIL", "COMPLAINED", "COMPLAINED"),
        ("EMAIL", "DELAYED", "DELAYED"),
        ("EMAIL", "SENT", "ACCEPTED"),
        ("EMAIL", "REJECTED", "FAILED"),
        ("LETTER", "PRINTED", "ACCEPTED"),
        ("LETTER", "DELIVERED", "DELIVERED"),
        ("LETTER", "RETURNED", "FAILED"),
        ("IN_APP", "READ", "DELIVERED"),
    ],
)
def test_the_product_reads_it(channel: str, status: str, meaning: str) -> None:
    found = parse(as_it_arrives(channel, status))
    assert found is not None
    told = (str(found.case_id), found.step, found.channel, found.status)
    assert told == (CASE, "first_notice", channel, meaning)
    assert found.message_id == ("n1" if channel == "LETTER" else "m1")


@pytest.mark.parametrize(("channel", "status"), [(c, s) for c, words in STATUSES.items() for s in words])
def test_the_product_knows_every_word(channel: str, status: str) -> None:
    found = parse(as_it_arrives(channel, status))
    assert found is not None
    assert found.status != "OTHER"


@pytest.mark.parametrize(
    ("channel", "status", "dead"),
    [
        ("SMS", "INVALID", True),
        ("SMS", "FAILED", False),
        ("EMAIL", "BOUNCED", True),
        ("EMAIL", "SOFT_BOUNCED", False),
        ("LETTER", "RETURNED", True),
        ("LETTER", "FAILED", False),
    ],
)
def test_a_dead_address_is_told_from_a_bad_day(channel: str, status: str, dead: bool) -> None:
    found = parse(as_it_arrives(channel, status))
    assert found is not None
    assert found.meaning.dead == dead


@pytest.mark.parametrize("channel", ["SMS", "EMAIL", "VOICE", "LETTER", "IN_APP"])
def test_an_unknown_status_names_the_known_ones(channel: str) -> None:
    with pytest.raises(UnknownStatus) as caught:
        event_of(message(channel), "EATEN", NOW)
    assert "FAILED" in caught.value.known


def test_the_product_reads_a_reply() -> None:
    event = reply_event(message("SMS"), "退订", "r1")
    found = parse_inbound(json.dumps({"Type": "Notification", "Message": json.dumps(event)}))
    assert found is not None
    assert (found.phone, found.text, found.reply_id) == ("+8613800000117", "退订", "r1")
