"""The loopback SMS provider answers a real boto3 client as AWS does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.local.outbox import Outbox
from infra.local.sms_api import SmsApi
from infra.local.web import Answer, Request

GOOD = {
    "DestinationPhoneNumber": "+8613800000117",
    "OriginationIdentity": "arn:aws:sms-voice:us-east-1:000000000000:sender-id/Accord/CN",
    "MessageBody": "【示范银行】您好 http://localhost:8000/n/abc 拒收请回复R",
    "MessageType": "TRANSACTIONAL",
    "Context": {"case_id": "a-1", "notice_id": "n1"},
}


VOICE = "PinpointSMSVoiceV2.SendVoiceMessage"
CALL = {
    "DestinationPhoneNumber": "+8613800000117",
    "OriginationIdentity": "arn:aws:sms-voice:us-east-1:000000000000:phone-number/phone-local",
    "MessageBody": "您好，这里是示范银行。",
    "MessageBodyTextType": "TEXT",
    "VoiceId": "ZHIYU",
    "Context": {"case_id": "a-1", "notice_id": "n1"},
}


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.jsonl", lambda: datetime(2026, 11, 23, 8, tzinfo=UTC))


def call(
    outbox: Outbox, body: Any, target: str = "PinpointSMSVoiceV2.SendTextMessage"
) -> tuple[Answer, dict[str, Any]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = SmsApi(outbox, lambda: "id-1", lambda: None)(
        Request("POST", "/", {}, {"x-amz-target": target}, raw)
    )
    return answer, json.loads(answer.body)


def test_takes_a_message(outbox: Outbox) -> None:
    answer, body = call(outbox, GOOD)
    assert (answer.status, body) == (200, {"MessageId": "id-1"})
    assert answer.kind == "application/x-amz-json-1.0"
    (message,) = outbox.all()
    assert (message.channel, message.to, message.segments) == ("SMS", "+8613800000117", 1)
    assert message.tags == GOOD["Context"]
    assert message.sent_at == "2026-11-23T08:00:00.000Z"


def test_a_dry_run_sends_nothing(outbox: Outbox) -> None:
    assert call(outbox, GOOD | {"DryRun": True})[0].status == 200
    assert outbox.all() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"DestinationPhoneNumber": "13800000117"}, "INVALID_PARAMETER"),
        ({"DestinationPhoneNumber": "+0138000"}, "INVALID_PARAMETER"),
        ({"DestinationPhoneNumber": None}, "INVALID_PARAMETER"),
        ({"MessageBody": "  "}, "MISSING_PARAMETER"),
        ({"MessageBody": "x" * 1601}, "MAXIMUM_SIZE_EXCEEDED"),
        ({"MessageType": "SPAM"}, "INVALID_PARAMETER"),
        ({"TimeToLive": 1}, "INVALID_PARAMETER"),
        ({"OriginationIdentity": "a b"}, "FIELD_VALIDATION_FAILED"),
        ({"ConfigurationSetName": ""}, "FIELD_VALIDATION_FAILED"),
        ({"Context": {str(n): "v" for n in range(6)}}, "FIELD_VALIDATION_FAILED"),
        ({"Context": {"a b": "v"}}, "FIELD_VALIDATION_FAILED"),
        ({"Context": {"a": ""}}, "FIELD_VALIDATION_FAILED"),
        ({"Context": {"a": "v" * 801}}, "FIELD_VALIDATION_FAILED"),
    ],
)
def test_refuses_what_aws_refuses(outbox: Outbox, change: dict[str, Any], reason: str) -> None:
    answer, body = call(outbox, GOOD | change)
    assert (answer.status, body["__type"], body["Reason"]) == (400, "ValidationException", reason)
    assert outbox.all() == []


def test_takes_a_call(outbox: Outbox) -> None:
    answer, body = call(outbox, CALL, VOICE)
    assert (answer.status, body) == (200, {"MessageId": "id-1"})
    (message,) = outbox.all()
    assert (message.channel, message.text, message.segments) == ("VOICE", "您好，这里是示范银行。", None)
    assert message.headers == {"VoiceId": "ZHIYU"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"OriginationIdentity": ""}, "MISSING_PARAMETER"),
        ({"MessageBody": "x" * 6001}, "MAXIMUM_SIZE_EXCEEDED"),
        ({"MessageBodyTextType": "HTML"}, "INVALID_PARAMETER"),
        ({"VoiceId": "zhiyu"}, "FIELD_VALIDATION_FAILED"),
    ],
)
def test_refuses_calls_that_aws_refuses(outbox: Outbox, change: dict[str, Any], reason: str) -> None:
    answer, body = call(outbox, CALL | change, VOICE)
    assert (answer.status, body["__type"], body["Reason"]) == (400, "ValidationException", reason)
    assert outbox.all() == []


@pytest.mark.parametrize("target", ["PinpointSMSVoiceV2.SendTextMessage", VOICE])
@pytest.mark.parametrize(
    ("ending", "status", "name"),
    [
        ("0000001", 400, "ConflictException"),
        ("0000002", 400, "ThrottlingException"),
        ("0000003", 500, "InternalServerException"),
        ("0000004", 400, "ValidationException"),
    ],
)
def test_numbers_that_fail(outbox: Outbox, target: str, ending: str, status: int, name: str) -> None:
    request = (CALL if target == VOICE else GOOD) | {"DestinationPhoneNumber": f"+86138{ending}"}
    answer, body = call(outbox, request, target)
    assert (answer.status, body["__type"]) == (status, name)
    assert outbox.all() == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"'])
def test_no_request_at_all(outbox: Outbox, raw: bytes) -> None:
    assert call(outbox, raw)[0].status == 400


def test_other_operations_are_not_served(outbox: Outbox) -> None:
    answer, body = call(outbox, {}, "PinpointSMSVoiceV2.SendMediaMessage")
    assert (answer.status, body["__type"]) == (400, "UnknownOperationException")
