"""SMS, voice and e-mail over the real SDK: what is asked, only once, and what the answer means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from chalicelib.channels import Accepted, Channel, Outgoing, Refused, Unsure
from chalicelib.channels.email import SesEmail
from chalicelib.channels.sms import EndUserMessagingSms
from chalicelib.channels.voice import EndUserMessagingVoice, voice_of
from tests.channels.provider import Provider

TAGS = {
    "case_id": "6kvktdbgvav7gliur7px-1",
    "step": "first_notice",
    "channel": "SMS",
    "notice_id": "0f",
    "attempt": "a1",
}
MESSAGE = Outgoing(
    "+8613800138000", "主题", "【示范银行】正文", "<p>正文</p>", TAGS, "https://accord.example/n/t?stop=EMAIL"
)
MAIL = Outgoing(
    "zhangwei@example.com", "主题", "正文", "<p>正文</p>", TAGS, "https://accord.example/n/t?stop=EMAIL"
)


def _sms() -> tuple[Provider, Channel, Outgoing]:
    provider = Provider("pinpoint-sms-voice-v2", body={"MessageId": "m-1"})
    return provider, EndUserMessagingSms(provider.client, "ACCORD", "accord-test"), MESSAGE


def _email() -> tuple[Provider, Channel, Outgoing]:
    provider = Provider("sesv2", body={"MessageId": "m-1"})
    return provider, SesEmail(provider.client, "notice@accord.example", "accord-test"), MAIL


def _voice() -> tuple[Provider, Channel, Outgoing]:
    provider = Provider("pinpoint-sms-voice-v2", body={"MessageId": "m-1"})
    channel = EndUserMessagingVoice(provider.client, "+12065550100", "accord-test")
    return provider, channel, replace(MESSAGE, text="您好，示范银行请您回电。", language="zh-CN")


EACH = pytest.mark.parametrize("make", [_sms, _email, _voice])
Make = Callable[[], tuple[Provider, Channel, Outgoing]]


def test_an_sms_asks_for_what_end_user_messaging_needs() -> None:
    provider, channel, message = _sms()
    assert channel.send(message) == Accepted("m-1", "eum")
    assert provider.requests[0].headers["X-Amz-Target"] == b"PinpointSMSVoiceV2.SendTextMessage"
    assert provider.sent() == {
        "DestinationPhoneNumber": "+8613800138000",
        "OriginationIdentity": "ACCORD",
        "MessageBody": "【示范银行】正文",
        "MessageType": "TRANSACTIONAL",
        "ConfigurationSetName": "accord-test",
        "Context": TAGS,
    }


def test_a_mail_asks_for_what_ses_needs() -> None:
    provider, channel, message = _email()
    assert channel.send(message) == Accepted("m-1", "ses")
    assert provider.requests[0].url.endswith("/v2/email/outbound-emails")
    sent = provider.sent()
    assert sent["EmailTags"] == [{"Name": name, "Value": value} for name, value in TAGS.items()]
    assert sent["Destination"] == {"ToAddresses": ["zhangwei@example.com"]}
    assert (sent["FromEmailAddress"], sent["ConfigurationSetName"]) == (
        "notice@accord.example",
        "accord-test",
    )
    simple = sent["Content"]["Simple"]
    assert simple["Subject"]["Data"] == "主题"
    assert (simple["Body"]["Text"]["Data"], simple["Body"]["Html"]["Data"]) == ("正文", "<p>正文</p>")
    assert simple["Headers"] == [
        {"Name": "Auto-Submitted", "Value": "auto-generated"},
        {"Name": "List-Unsubscribe", "Value": "<https://accord.example/n/t?stop=EMAIL>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]


def test_a_call_asks_for_what_end_user_messaging_needs() -> None:
    provider, channel, message = _voice()
    assert channel.send(message) == Accepted("m-1", "eum")
    assert provider.requests[0].headers["X-Amz-Target"] == b"PinpointSMSVoiceV2.SendVoiceMessage"
    assert provider.sent() == {
        "DestinationPhoneNumber": "+8613800138000",
        "OriginationIdentity": "+12065550100",
        "MessageBody": "您好，示范银行请您回电。",
        "MessageBodyTextType": "TEXT",
        "VoiceId": "ZHIYU",
        "ConfigurationSetName": "accord-test",
        "Context": TAGS,
    }


def test_every_voice_is_one_the_service_has() -> None:
    provider, _, _ = _voice()
    allowed = set(provider.client.meta.service_model.shape_for("VoiceId").enum)
    for language in (
        "zh-CN",
        "zh",
        "en",
        "en-US",
        "en-GB",
        "de-DE",
        "es",
        "fr-FR",
        "it",
        "nl",
        "pl",
        "pt-PT",
    ):
        assert voice_of(language) in allowed
    assert (voice_of("en-GB"), voice_of("en-US")) == ("AMY", "JOANNA")


@pytest.mark.parametrize("language", ["", "fi", "enx", "z"])
def test_no_foreign_voice_reads_a_language_it_does_not_speak(language: str) -> None:
    provider, channel, message = _voice()
    assert channel.send(replace(message, language=language)) == Refused("no_voice", again=False)
    assert provider.requests == []


def test_a_text_too_long_for_a_call_is_not_cut() -> None:
    provider, channel, message = _voice()
    assert isinstance(channel.send(replace(message, text="a" * 3000)), Accepted)
    assert channel.send(replace(message, text="a" * 3001)) == Refused("text_too_long", again=False)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("make", [_sms, _voice])
@pytest.mark.parametrize(("ttl", "asked"), [(1800, 1800), (1, 5), (999_999, 259_200)])
def test_a_message_is_not_handed_over_after_its_time(make: Make, ttl: int, asked: int) -> None:
    provider, channel, message = make()
    assert isinstance(channel.send(replace(message, ttl=ttl)), Accepted)
    assert provider.sent()["TimeToLive"] == asked


@EACH
@pytest.mark.parametrize(
    ("code", "status", "again"),
    [
        ("ThrottlingException", 400, True),
        ("TooManyRequestsException", 429, True),
        ("LimitExceededException", 400, True),
        ("ServiceQuotaExceededException", 402, True),
        ("SendingPausedException", 400, True),
        ("SomethingNew", 429, True),
        ("ValidationException", 400, False),
        ("AccessDeniedException", 403, False),
        ("MessageRejected", 400, False),
        ("ConflictException", 409, False),
    ],
)
def test_a_4xx_never_left_a_message_behind(make: Make, code: str, status: int, again: bool) -> None:
    provider, channel, message = make()
    provider.fail(code, status)
    assert channel.send(message) == Refused(code, again)
    assert len(provider.requests) == 1


@EACH
@pytest.mark.parametrize(("code", "status"), [("InternalServerException", 500), ("ServiceUnavailable", 503)])
def test_after_a_5xx_nobody_knows(make: Make, code: str, status: int) -> None:
    provider, channel, message = make()
    provider.fail(code, status)
    assert channel.send(message) == Unsure(code)
    assert len(provider.requests) == 1, "a second try might be a second message"


@EACH
@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://x"),
        ConnectionClosedError(endpoint_url="https://x"),
        HTTPClientError(error="broken"),
    ],
)
def test_after_a_broken_answer_nobody_knows(make: Make, error: Exception) -> None:
    provider, channel, message = make()
    provider.error = error
    assert isinstance(channel.send(message), Unsure)
    assert len(provider.requests) == 1


@EACH
@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://x"),
        EndpointConnectionError(endpoint_url="https://x", error="refused"),
    ],
)
def test_what_never_connected_was_never_sent(make: Make, error: Exception) -> None:
    provider, channel, message = make()
    provider.error = error
    result = channel.send(message)
    assert isinstance(result, Refused)
    assert result.again
    assert len(provider.requests) == 1


@EACH
def test_what_the_sdk_itself_refuses_was_never_sent(make: Make) -> None:
    provider, channel, message = make()
    impossible = replace(message, tags={**TAGS, "case_id": None})  # type: ignore[dict-item]
    result = channel.send(impossible)
    assert result == Refused("ParamValidationError", again=False)
    assert provider.requests == []
