"""Every provider's receipts, in the shapes their documentation shows, become one kind of value."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.channels.receipts import ProviderReceipt, parse
from chalicelib.channels.statuses import STATUSES, Meaning, meaning, table
from tests.channels.provider import Provider

CASE = "6kvktdbgvav7gliur7px-1"
AT = datetime(2026, 11, 23, 8, 0, 5, tzinfo=UTC)
TAGS = {"case_id": CASE, "step": "first_notice", "channel": "SMS", "notice_id": "n1", "attempt": "a1"}
WORDS = [(provider, word) for provider, words in table().items() for word in words]


def _ses(name: str, **part: Any) -> dict[str, Any]:
    mail = {
        "timestamp": "2026-11-23T08:00:00.000Z",
        "messageId": "m-1",
        "destination": ["zhangwei@example.com"],
        "tags": {tag: [value] for tag, value in TAGS.items()} | {"ses:configuration-set": ["accord-test"]},
    }
    key = name[:1].lower() + name[1:]
    return {"eventType": name, "mail": mail, key: {"timestamp": "2026-11-23T08:00:05.000Z", **part}}


def _eum(word: str) -> dict[str, Any]:
    return {
        "eventType": word,
        "eventVersion": "1.0",
        "eventTimestamp": int(AT.timestamp() * 1000),
        "isFinal": True,
        "destinationPhoneNumber": "+8613800138000",
        "messageId": "m-1",
        "messageStatus": word.partition("_")[2],
        "messageStatusDescription": "Message to +8613800138000 has been accepted",
        "context": TAGS,
    }


def _alibaba(code: str, success: bool) -> dict[str, Any]:
    detail = {"report_time": "2026-11-23 16:00:05", "success": success, "err_code": code, "biz_id": "m-1"}
    return {"source": "accord.alibaba", "detail": detail | {"out_id": f"{CASE}.first_notice"}}


def _own(provider: str, word: str) -> dict[str, Any]:
    detail = {"status": word, "case_id": CASE, "step": "first_notice", "message_id": "m-1"}
    return {"source": f"accord.{provider}", "detail": detail | {"at": "2026-11-23T16:00:05+08:00"}}


def _event(provider: str, word: str) -> dict[str, Any]:
    """A receipt that says `word`, as its provider would say it."""
    name, _, kind = word.partition("/")
    if provider == "ses":
        reason = "complaintFeedbackType" if name == "Complaint" else "bounceType"
        return _ses(name, **({reason: kind} if kind else {}))
    if provider == "eum":
        return _eum(word)
    if provider == "alibaba":
        known = not word.startswith("success=")
        return _alibaba(word if known else "A_CODE_OF_TOMORROW", word in ("success=true", "DELIVERED"))
    return _own(provider, word)


def _parsed(event: Any) -> ProviderReceipt:
    receipt = parse(json.dumps(event, ensure_ascii=False))
    assert receipt is not None
    return receipt


@pytest.mark.parametrize(("provider", "word"), WORDS)
def test_every_word_in_the_table_is_reached_and_said(provider: str, word: str) -> None:
    receipt = _parsed(_event(provider, word))
    assert (receipt.provider, receipt.word) == (provider, word)
    assert receipt.meaning == table()[provider][word]
    assert receipt.status in STATUSES
    channel = {"letter": "LETTER", "in_app": "IN_APP"}.get(provider, "SMS")
    assert (str(receipt.case_id), receipt.step, receipt.channel) == (CASE, "first_notice", channel)
    assert (receipt.message_id, receipt.at) == ("m-1", AT)


def test_the_table_has_every_word_the_service_model_knows_for_what_we_send() -> None:
    """A new word in a later SDK shows up here before it shows up as OTHER."""
    client = Provider("pinpoint-sms-voice-v2").client
    told = {
        word
        for word in client.meta.service_model.shape_for("EventType").enum
        if word.startswith(("TEXT_", "VOICE_"))
    }
    assert set(table()["eum"]) == told - {"TEXT_ALL", "VOICE_ALL"}


@pytest.mark.parametrize(
    ("provider", "word", "status"),
    [
        ("ses", "Delivery", "DELIVERED"),
        ("ses", "Complaint", "COMPLAINED"),
        ("ses", "DeliveryDelay", "DELAYED"),
        ("eum", "TEXT_SUCCESSFUL", "ACCEPTED"),
        ("eum", "TEXT_DELIVERED", "DELIVERED"),
        ("eum", "VOICE_ANSWERED", "DELIVERED"),
        ("eum", "VOICE_BUSY", "FAILED"),
        ("alibaba", "DELIVERED", "DELIVERED"),
        ("alibaba", "REQUEST_SUCCESS", "DELAYED"),
        ("letter", "DISPATCHED", "ACCEPTED"),
        ("in_app", "READ", "DELIVERED"),
    ],
)
def test_words_mean_what_they_mean(provider: str, word: str, status: str) -> None:
    assert meaning(provider, word).status == status


def test_only_a_wrong_address_is_dead() -> None:
    dead = {(provider, word) for provider, word in WORDS if table()[provider][word].dead}
    assert dead == {
        ("ses", "Bounce/Permanent"),
        ("eum", "TEXT_INVALID"),
        ("letter", "RETURNED"),
        ("in_app", "UNKNOWN_USER"),
    }
    assert {word for provider, word in WORDS if table()[provider][word].opt_out} == {
        "MOBILE_IN_BLACK",
        "USER_REJECT",
    }


def test_a_soft_bounce_and_a_bounce_without_a_reason_keep_the_address() -> None:
    for kind in ("Transient", "Undetermined"):
        assert _parsed(_ses("Bounce", bounceType=kind)).meaning == Meaning("FAILED")
    assert _parsed(_ses("Bounce", bounceType="Permanent")).meaning == Meaning("FAILED", dead=True)


def test_each_call_says_how_it_went() -> None:
    outcomes = {word: table()["eum"][word].outcome for word in table()["eum"] if word.startswith("VOICE_")}
    assert all(outcomes.values())
    assert outcomes["VOICE_BUSY"] == "BUSY"
    assert outcomes["VOICE_COMPLETED"] == "PLAYED", "a machine may have listened"


@pytest.mark.parametrize(
    "event",
    [
        _ses("Click"),
        _ses("Bounce", bounceType="OfTomorrow"),
        _eum("TEXT_OF_TOMORROW"),
        _own("letter", "LOST_AT_SEA"),
        _own("in_app", ""),
    ],
)
def test_a_word_nobody_knows_is_kept_and_moves_nothing(event: dict[str, Any]) -> None:
    receipt = _parsed(event)
    assert receipt.meaning == Meaning("OTHER")
    assert str(receipt.case_id) == CASE


@pytest.mark.parametrize(("provider", "word"), [("ses", "Bounce/Permanent"), ("eum", "TEXT_DELIVERED")])
def test_the_envelope_changes_nothing(provider: str, word: str) -> None:
    event = _event(provider, word)
    source = {"ses": "aws.ses", "eum": "aws.sms-voice"}[provider]
    names = {"ses": "Email Bounced", "eum": "Text Message Delivery Status Updated"}
    bridge = {"version": "0", "source": source, "detail-type": names[provider], "detail": event}
    bare = _parsed(event)
    assert _parsed({"Type": "Notification", "Message": json.dumps(event)}) == bare
    assert _parsed(bridge) == bare
    assert _parsed({"Type": "Notification", "Message": json.dumps(bridge)}) == bare


@pytest.mark.parametrize(
    ("detail_type", "word"),
    [
        ("Email Sent", "Send"),
        ("Email Delivered", "Delivery"),
        ("Email Delivery Delayed", "DeliveryDelay"),
        ("Email Complaint Received", "Complaint"),
        ("Email Rejected", "Reject"),
        ("Email Rendering Failed", "Rendering Failure"),
        ("Email Subscribed", "Subscription"),
    ],
)
def test_eventbridges_own_names_do_where_the_event_has_none(detail_type: str, word: str) -> None:
    event = _ses(word)
    del event["eventType"]
    assert _parsed({"source": "aws.ses", "detail-type": detail_type, "detail": event}).word == word


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            _ses("Bounce", bounceType="Permanent", bounceSubType="OnAccountSuppressionList"),
            "OnAccountSuppressionList",
        ),
        (_ses("Bounce", bounceType="Transient", bounceSubType="MailboxFull"), "MailboxFull"),
        (_ses("Complaint", complaintFeedbackType="abuse"), "abuse"),
        (_ses("DeliveryDelay", delayType="TransientCommunicationFailure"), "TransientCommunicationFailure"),
        (_ses("Reject", reason="Bad content"), "Bad content"),
        (_ses("Reject", reason="550 zhangwei@example.com unknown"), ""),
        (_eum("TEXT_CARRIER_BLOCKED"), "CARRIER_BLOCKED"),
        (_alibaba("MOBILE_IN_BLACK", False), "MOBILE_IN_BLACK"),
        (_own("letter", "RETURNED") | {}, ""),
    ],
)
def test_a_reason_is_a_code(event: dict[str, Any], reason: str) -> None:
    assert _parsed(event).reason == reason


@pytest.mark.parametrize(
    "text", ["+8613800138000", "call 13800138000", "a@b.example", "张伟", "x" * 65, "a\nb"]
)
def test_nothing_personal_passes_for_a_reason(text: str) -> None:
    event = _own("letter", "RETURNED")
    event["detail"]["reason"] = text
    assert _parsed(event).reason == ""


@pytest.mark.parametrize("at", [None, "", "yesterday", "2026-11-23T08:00:05", 7])
def test_a_time_nobody_can_read_loses_no_receipt(at: object) -> None:
    event = _own("letter", "PRINTED")
    event["detail"]["at"] = at
    assert _parsed(event).at is None
    mute = _eum("TEXT_SENT")
    del mute["eventTimestamp"]
    assert _parsed(mute).at is None


@pytest.mark.parametrize(
    "event",
    [
        {},
        _ses("Delivery") | {"mail": {"messageId": "m-1"}},
        _eum("TEXT_DELIVERED") | {"context": None},
        _eum("TEXT_DELIVERED") | {"context": {"campaign": "x"}},
        {"source": "accord.alibaba", "detail": {"err_code": "DELIVERED", "out_id": ""}},
        {"source": "accord.alibaba", "detail": {"err_code": "DELIVERED", "out_id": "an order of ours.1"}},
        {"source": "accord.letter", "detail": {"status": "PRINTED"}},
        {
            "Type": "Notification",
            "Message": "Successfully validated SNS topic for Amazon SES event publishing.",
        },
    ],
)
def test_an_event_about_no_notice_of_ours_is_none(event: dict[str, Any]) -> None:
    assert parse(json.dumps(event)) is None


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "1", '{"Type": "Notification", "Message": "[]"}', '{"detail": []}']
)
def test_what_is_no_object_is_an_error(body: str) -> None:
    with pytest.raises(ValueError):
        parse(body)


def test_a_case_nobody_could_have_named_so_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a case id"):
        parse(json.dumps(_eum("TEXT_SENT") | {"context": TAGS | {"case_id": "x"}}))
