"""SMS by Alibaba Cloud over a real socket: what is asked, once, and what each answer means."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.exceptions import ClientError

from chalicelib.channels import Accepted, Outgoing, Refused, Result, Unsure
from chalicelib.channels.alibaba_sign import Call, Credentials, signed_headers
from chalicelib.channels.alibaba_sms import AlibabaSms, out_id
from chalicelib.channels.post import Patience
from chalicelib.domain.keys import CaseId
from tests.channels import loopback
from tests.channels.loopback import Behaviour, Loopback, answer
from tests.channels.test_providers import TAGS

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEY = Credentials("id", "secret")
CODES = {"cn/first_notice/SMS/zh-CN": "SMS_1"}
VALUES = {"name": "张伟", "amount": "1,234.56"}
MESSAGE = Outgoing(
    "+8613800138000", "", "【示范银行】正文", "", TAGS, template="cn/first_notice/SMS/zh-CN@3", values=VALUES
)


def _channel(url: str, credentials: Callable[[], Credentials] = lambda: KEY) -> AlibabaSms:
    quick = Patience(connect=1.0, read=0.3, whole=0.6)
    return AlibabaSms(
        "示范银行", CODES, credentials, lambda: NOW, lambda: "nonce-1", endpoint=url, patience=quick
    )


def _send(behaviour: Behaviour) -> Result:
    with Loopback(behaviour) as service:
        result = _channel(service.url).send(MESSAGE)
    assert len(service.requests) == 1, "a second try might be a second message"
    return result


def _says(status: int, **body: str) -> Behaviour:
    return answer(status, json.dumps(body).encode())


def test_a_message_asks_for_what_the_service_needs() -> None:
    with Loopback(_says(200, Code="OK", BizId="900619746936498440^0")) as service:
        assert _channel(service.url).send(MESSAGE) == Accepted("900619746936498440^0", "alibaba")
    (request,) = service.requests
    asked = dict(parse_qsl(urlsplit(request.path).query))
    assert json.loads(asked.pop("TemplateParam")) == VALUES
    assert asked == {
        "PhoneNumbers": "+8613800138000",
        "SignName": "示范银行",
        "TemplateCode": "SMS_1",
        "OutId": "6kvktdbgvav7gliur7px-1.first_notice",
    }
    assert request.body == b""


def test_what_is_sent_is_what_was_signed() -> None:
    with Loopback(_says(200, Code="OK", BizId="1")) as service:
        _channel(service.url).send(MESSAGE)
    (request,) = service.requests
    parts = urlsplit(request.path)
    call = Call(f"127.0.0.1:{service.port}", "SendSms", "2017-05-25", dict(parse_qsl(parts.query)))
    assert (parts.path, parts.query) == ("/", call.query)
    signed = signed_headers(call, KEY, NOW, "nonce-1")
    assert {name: request.headers[name.lower()] for name in signed} == signed


@pytest.mark.parametrize(
    ("status", "code", "result"),
    [
        (200, "isv.BUSINESS_LIMIT_CONTROL", Refused("isv.BUSINESS_LIMIT_CONTROL", again=True)),
        (200, "isv.DAY_LIMIT_CONTROL", Refused("isv.DAY_LIMIT_CONTROL", again=True)),
        (200, "isv.AMOUNT_NOT_ENOUGH", Refused("isv.AMOUNT_NOT_ENOUGH", again=True)),
        (200, "isp.RAM_PERMISSION_DENY", Refused("isp.RAM_PERMISSION_DENY", again=True)),
        (200, "isv.MOBILE_NUMBER_ILLEGAL", Refused("isv.MOBILE_NUMBER_ILLEGAL", again=False)),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", Refused("isv.SMS_TEMPLATE_ILLEGAL", again=False)),
        (200, "isv.PARAM_NOT_SUPPORT_URL", Refused("isv.PARAM_NOT_SUPPORT_URL", again=False)),
        (200, "isv.A_CODE_OF_TOMORROW", Refused("isv.A_CODE_OF_TOMORROW", again=False)),
        (200, "isp.SYSTEM_ERROR", Unsure("isp.SYSTEM_ERROR")),
        (400, "Throttling.User", Refused("Throttling.User", again=True)),
        (403, "Forbidden.RAM", Refused("Forbidden.RAM", again=True)),
        (400, "SignatureDoesNotMatch", Refused("SignatureDoesNotMatch", again=True)),
        (400, "InvalidTimeStamp.Expired", Refused("InvalidTimeStamp.Expired", again=True)),
        (400, "MissingPhoneNumbers", Refused("MissingPhoneNumbers", again=False)),
        (400, "SignatureNonceUsed", Unsure("SignatureNonceUsed")),
        (429, "Whatever", Refused("Whatever", again=True)),
        (500, "InternalError", Unsure("InternalError")),
        (500, "Whatever", Unsure("Whatever")),
        (503, "ServiceUnavailable", Refused("ServiceUnavailable", again=True)),
    ],
)
def test_each_answer_has_one_meaning(status: int, code: str, result: Result) -> None:
    assert _send(_says(status, Code=code)) == result


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answer(200, b"<html>"), "http_200"),
        (answer(200, b"[]"), "http_200"),
        (answer(200, b"{}"), "http_200"),
        (answer(302, b""), "http_302"),
        (answer(404, b"not here"), "http_404"),
        (answer(502, b"<html>"), "http_502"),
    ],
)
def test_an_answer_that_is_not_the_services_own_leaves_doubt(behaviour: Behaviour, code: str) -> None:
    assert _send(behaviour) == Unsure(code)


@pytest.mark.parametrize(
    "behaviour",
    [loopback.silence, loopback.hang_up, loopback.reset, loopback.half],
    ids=lambda behaviour: behaviour.__name__,
)
def test_after_a_broken_answer_nobody_knows(behaviour: Behaviour) -> None:
    assert isinstance(_send(behaviour), Unsure)


def test_what_never_connected_was_never_sent() -> None:
    result = _channel(f"http://127.0.0.1:{loopback.closed_port()}").send(MESSAGE)
    assert isinstance(result, Refused)
    assert result.again


def test_a_template_without_a_code_is_refused_without_a_call() -> None:
    with Loopback(_says(200, Code="OK")) as service:
        message = replace(MESSAGE, template="cn/reminder_1/SMS/zh-CN@1")
        result = _channel(service.url).send(message)
    assert result == Refused("template_unregistered", again=False)
    assert service.requests == []


def test_a_key_that_cannot_be_read_now_leaves_nothing_behind() -> None:
    def throttled() -> Credentials:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")

    with Loopback(_says(200, Code="OK")) as service:
        assert _channel(service.url, throttled).send(MESSAGE) == Refused("ClientError", again=True)
    assert service.requests == []


def test_the_key_is_asked_at_each_send_so_that_it_may_be_rotated() -> None:
    keys = iter([Credentials("old", "s"), Credentials("new", "s")])
    with Loopback(_says(200, Code="OK", BizId="1")) as service:
        channel = _channel(service.url, lambda: next(keys))
        channel.send(MESSAGE)
        channel.send(MESSAGE)
    shown = [request.headers["authorization"] for request in service.requests]
    assert ["Credential=old," in shown[0], "Credential=new," in shown[1]] == [True, True]


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({}, ""),
        ({"template": "cn/first_notice/SMS/zh-CN@9"}, ""),
        ({"values": {"name": "张" * 35}}, ""),
        ({"template": "cn/first_notice/SMS/en@1"}, "template_unregistered"),
        ({"template": ""}, "template_unregistered"),
        ({"to": "+12065550100"}, "not_mainland"),
        ({"values": {"name": "张", "sender_words": "张" * 36}}, "unfit_variable.sender_words"),
    ],
)
def test_what_it_cannot_send_at_all_it_says_without_a_call(change: dict[str, Any], objection: str) -> None:
    message = replace(MESSAGE, **change)
    with Loopback(_says(200, Code="OK", BizId="1")) as service:
        channel = _channel(service.url)
        assert channel.objects(message) == objection
        result = channel.send(message)
    assert len(service.requests) == (not objection)
    assert result == (Refused(objection, again=False) if objection else Accepted("1", "alibaba"))


def test_an_out_id_stays_short() -> None:
    """The documentation names no limit that can be relied on; 64 characters is what others keep to."""
    longest = {"case_id": str(CaseId("a" * 20, 9999)), "step": "repayment_reminder_before_due"}
    assert len(out_id(longest)) <= 64
