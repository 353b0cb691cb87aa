"""Nothing a message carries can become a header of its own, and one click is promised only where it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.channels import Accepted, Refused
from chalicelib.channels.email import SesEmail
from tests.channels.provider import Provider
from tests.channels.test_providers import MAIL, TAGS

BREAKS = ["\r\n", "\n", "\r", "\0", "\x85", "\u2028", "\x1b"]


@pytest.fixture
def provider() -> Provider:
    return Provider("sesv2", body={"MessageId": "m-1"})


def _channel(provider: Provider, reply_to: str = "") -> SesEmail:
    return SesEmail(provider.client, "notice@accord.example", "accord-test", reply_to)


def _headers(provider: Provider) -> dict[str, str]:
    headers: list[dict[str, str]] = provider.sent()["Content"]["Simple"]["Headers"]
    return {header["Name"]: header["Value"] for header in headers}


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize(
    ("field", "code"),
    [("to", "unsafe_address"), ("subject", "unsafe_subject"), ("unsubscribe_url", "unsafe_link")],
)
def test_a_line_break_in_any_header_field_is_refused(
    provider: Provider, field: str, code: str, line_break: str
) -> None:
    changes: dict[str, Any] = {field: f"{getattr(MAIL, field)}{line_break}Bcc: all@example.com"}
    assert _channel(provider).send(replace(MAIL, **changes)) == Refused(code, again=False)
    assert provider.requests == []


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("at", ["name", "value"])
def test_a_line_break_in_a_tag_is_refused(provider: Provider, line_break: str, at: str) -> None:
    bad = f"x{line_break}y"
    tags = TAGS | ({bad: "v"} if at == "name" else {"step": bad})
    assert _channel(provider).send(replace(MAIL, tags=tags)) == Refused("unsafe_tag", again=False)
    assert provider.requests == []


@pytest.mark.parametrize(
    "to",
    [
        "a@example.com,b@example.com",
        "a@example.com;b@example.com",
        "a@example.com b@example.com",
        "Name <a@example.com>",
        "a@@example.com",
        "a@example.com (comment)",
        '"a b"@example.com',
        "a\0b@example.com",
        "a@\x1bexample.com",
        "example.com",
        "",
    ],
)
def test_a_mail_goes_to_one_plain_address(provider: Provider, to: str) -> None:
    assert _channel(provider).send(replace(MAIL, to=to)) == Refused("unsafe_address", again=False)
    assert provider.requests == []


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://a.example/>,<mailto:x@y.example", "ftp://a.example/", "https://é/"],
)
def test_a_link_that_could_end_its_brackets_is_refused(provider: Provider, url: str) -> None:
    assert _channel(provider).send(replace(MAIL, unsubscribe_url=url)) == Refused("unsafe_link", again=False)


def test_line_breaks_in_the_body_are_what_a_body_is_made_of(provider: Provider) -> None:
    message = replace(MAIL, text="一\r\n二\n三", html="<p>一</p>\n<p>二</p>")
    assert isinstance(_channel(provider).send(message), Accepted)
    body = provider.sent()["Content"]["Simple"]["Body"]
    assert (body["Text"]["Data"], body["Html"]["Data"]) == (message.text, message.html)


def test_one_click_is_promised_over_https_alone(provider: Provider) -> None:
    channel = _channel(provider)
    channel.send(replace(MAIL, unsubscribe_url="http://localhost:8000/n/t?stop=EMAIL"))
    assert _headers(provider) == {
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<http://localhost:8000/n/t?stop=EMAIL>",
    }


def test_a_mail_nobody_can_unsubscribe_from_says_nothing_of_it(provider: Provider) -> None:
    _channel(provider).send(replace(MAIL, unsubscribe_url=""))
    assert _headers(provider) == {"Auto-Submitted": "auto-generated"}


def test_headers_are_what_ses_takes(provider: Provider) -> None:
    longest = "https://accord.example/" + "t" * 880
    _channel(provider).send(replace(MAIL, unsubscribe_url=longest))
    for name, value in _headers(provider).items():
        assert len(name) + len(value) <= 996
        assert value.isascii()
        assert value.isprintable()


def test_answers_go_where_the_deployer_says(provider: Provider) -> None:
    _channel(provider, reply_to="help@accord.example").send(MAIL)
    _channel(provider).send(MAIL)
    assert provider.sent(0)["ReplyToAddresses"] == ["help@accord.example"]
    assert "ReplyToAddresses" not in provider.sent(1)
