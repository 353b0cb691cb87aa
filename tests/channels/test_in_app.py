"""The in-app webhook: signed, told apart by what came back, and never turned against our own network."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standardwebhooks import Webhook

from chalicelib.channels import Accepted, Outgoing, Refused, Unsure
from chalicelib.channels.in_app import Endpoint, InAppWebhook
from chalicelib.channels.post import Patience
from chalicelib.domain.errors import NotFound
from tests.channels import loopback
from tests.channels.certificates import make_tls
from tests.channels.loopback import Behaviour, Loopback, answer
from tests.channels.test_providers import TAGS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUICK = Patience(connect=1.0, read=0.3, whole=0.6)
MESSAGE = Outgoing(
    "user-77",
    "还款提醒",
    "您有一条通知",
    "",
    TAGS | {"channel": "IN_APP", "notice_id": "n-1"},
    language="zh-CN",
    lender="demo",
    link="https://accord.example/n/t",
)


def _now() -> datetime:
    return datetime.now(UTC)


def _local(url: str, **more: Any) -> InAppWebhook:
    return InAppWebhook(
        lambda lender: Endpoint(url, SECRET), _now, allow_private=True, patience=QUICK, **more
    )


def _public(url: str, *addresses: str) -> InAppWebhook:
    return InAppWebhook(lambda lender: Endpoint(url, SECRET), _now, resolver=lambda host, port: addresses)


def test_the_app_gets_one_signed_message() -> None:
    with Loopback(answer(204)) as app:
        assert _local(f"{app.url}/hooks/accord?v=1").send(MESSAGE) == Accepted("n-1", "in_app")
    (request,) = app.requests
    assert request.path == "/hooks/accord?v=1"
    assert request.headers["host"] == f"127.0.0.1:{app.port}"
    assert request.headers["webhook-id"] == "n-1"
    assert Webhook(SECRET).verify(request.body, request.headers) == {
        "type": "notice.in_app.v1",
        "notice_id": "n-1",
        "case_id": "6kvktdbgvav7gliur7px-1",
        "step": "first_notice",
        "user": "user-77",
        "title": "还款提醒",
        "text": "您有一条通知",
        "url": "https://accord.example/n/t",
        "language": "zh-CN",
    }


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Accepted("n-1", "in_app")),
        (202, Accepted("n-1", "in_app")),
        (302, Refused("http_302", again=False)),
        (400, Refused("http_400", again=False)),
        (404, Refused("http_404", again=False)),
        (410, Refused("http_410", again=False)),
        (408, Refused("http_408", again=True)),
        (429, Refused("http_429", again=True)),
        (500, Refused("http_500", again=True)),
        (503, Refused("http_503", again=True)),
        (502, Unsure("http_502")),
        (504, Unsure("http_504")),
    ],
)
def test_each_status_has_one_meaning(status: int, result: Any) -> None:
    with Loopback(answer(status)) as app:
        assert _local(app.url).send(MESSAGE) == result
    assert len(app.requests) == 1


def test_a_redirect_is_not_followed() -> None:
    with (
        Loopback(answer(200)) as inner,
        Loopback(answer(307, b"", f"Location: {inner.url}/")) as app,
    ):
        assert _local(app.url).send(MESSAGE) == Refused("http_307", again=False)
    assert inner.requests == []


@pytest.mark.parametrize(
    "behaviour",
    [loopback.silence, loopback.hang_up, loopback.reset, loopback.half],
    ids=lambda behaviour: behaviour.__name__,
)
def test_once_the_message_was_written_silence_is_nobodys_word(behaviour: Behaviour) -> None:
    with Loopback(behaviour) as app:
        assert isinstance(_local(app.url).send(MESSAGE), Unsure)
    assert len(app.requests) == 1


@pytest.mark.parametrize(
    ("beginning", "results"),
    [
        # Cut off in the middle of a drip, or of none: which of the two is the machine's to say.
        (b"", {Unsure("BadStatusLine"), Unsure("ConnectionResetError")}),
        (b"HTTP/1.1 200 OK\r\nx: ", {Accepted("n-1", "in_app")}),
    ],
)
def test_an_app_that_drips_cannot_hold_a_sender(beginning: bytes, results: set[Any]) -> None:
    """What it drips goes on for five seconds; what it had said by the deadline counts."""
    started = time.monotonic()
    with Loopback(loopback.drip(beginning)) as app:
        assert _local(app.url).send(MESSAGE) in results
        assert time.monotonic() - started < 2


def test_a_huge_answer_is_not_read() -> None:
    got_rid_of_it, answered = [], answer(200, b"x" * 50_000_000)

    def huge(line: loopback.Line) -> None:
        answered(line)
        got_rid_of_it.append(True)

    with Loopback(huge) as app:
        assert _local(app.url).send(MESSAGE) == Accepted("n-1", "in_app")
    assert not got_rid_of_it


def test_a_body_that_never_ends_does_not_unsay_the_status() -> None:
    def stuck(line: loopback.Line) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        loopback.silence(line)

    with Loopback(stuck) as app:
        assert _local(app.url).send(MESSAGE) == Accepted("n-1", "in_app")


def test_the_answer_is_waited_for_no_longer_than_agreed() -> None:
    started = time.monotonic()
    with Loopback(loopback.silence) as app:
        patient = InAppWebhook(
            lambda lender: Endpoint(app.url, SECRET),
            _now,
            allow_private=True,
            patience=Patience(connect=4, read=0.2, whole=4),
        )
        assert patient.send(MESSAGE) == Unsure("TimeoutError")
    assert time.monotonic() - started < 2


def test_what_never_connected_was_never_sent() -> None:
    result = _local(f"http://127.0.0.1:{loopback.closed_port()}").send(MESSAGE)
    assert isinstance(result, Refused)
    assert result.again


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_may_do_so_later(error: Exception) -> None:
    def resolver(host: str, port: int) -> Sequence[str]:
        raise error

    channel = InAppWebhook(lambda lender: Endpoint("https://app.example", SECRET), _now, resolver=resolver)
    assert channel.send(MESSAGE) == Refused("unresolved", again=True)


def test_a_name_without_addresses_is_not_looked_up_a_second_time() -> None:
    assert _public("https://app.example").send(MESSAGE) == Refused("unresolved", again=True)


def test_a_lender_without_an_app_is_refused() -> None:
    def nowhere(lender: str) -> Endpoint:
        raise NotFound(lender)

    assert InAppWebhook(nowhere, _now).send(MESSAGE) == Refused("no_endpoint", again=False)


def test_a_secret_that_cannot_be_read_now_leaves_nothing_behind() -> None:
    def throttled(lender: str) -> Endpoint:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")

    assert InAppWebhook(throttled, _now).send(MESSAGE) == Refused("ClientError", again=True)


def test_the_endpoint_is_that_of_the_messages_lender() -> None:
    asked = []

    def endpoint_of(lender: str) -> Endpoint:
        asked.append(lender)
        raise NotFound(lender)

    InAppWebhook(endpoint_of, _now).send(replace(MESSAGE, lender="other"))
    assert asked == ["other"]


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example/",
        "ftp://app.example/",
        "//app.example/",
        "https://",
        "https://user:word@app.example/",
        "https://user@app.example/",
        "https://app.example:99999/",
        "https://app.example:x/",
        "https://[::1/",
        "https://app.example/a b",
        "https://app.example/a\tb",
        "https://app.example/\r\nX: y",
        "https://例子.example/",
        "",
    ],
)
def test_an_endpoint_is_a_plain_https_url(url: str) -> None:
    assert _public(url, "93.184.215.14").send(MESSAGE) == Refused("bad_endpoint", again=False)


def test_a_secret_that_is_none_is_refused() -> None:
    channel = InAppWebhook(
        lambda lender: Endpoint("https://app.example", "whsec_x"),
        _now,
        resolver=lambda host, port: ["8.8.8.8"],
    )
    assert channel.send(MESSAGE) == Refused("bad_endpoint", again=False)


PRIVATE = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00:ec2::254"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inwards_is_refused(address: str) -> None:
    assert _public("https://app.example/", address).send(MESSAGE) == Refused("private_address", again=False)


def test_one_private_address_among_public_ones_is_enough() -> None:
    channel = _public("https://app.example/", "93.184.215.14", "10.0.0.1")
    assert channel.send(MESSAGE) == Refused("private_address", again=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]"])
def test_loopback_written_in_any_way_is_refused(host: str) -> None:
    channel = InAppWebhook(lambda lender: Endpoint(f"https://{host}/", SECRET), _now)
    assert channel.send(MESSAGE) == Refused("private_address", again=False)


def test_the_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to(tmp_path: Path) -> None:
    """DNS rebinding: whatever the name says afterwards, only the address that was checked is reached."""
    tls, lookups = make_tls("app.example", tmp_path), []

    def resolver(host: str, port: int) -> Sequence[str]:
        lookups.append((host, port))
        return ["127.0.0.1"]

    with Loopback(answer(200), tls.server) as app:
        url = f"https://app.example:{app.port}/hook"
        channel = _local(url, resolver=resolver, trust=tls.trust)
        assert channel.send(MESSAGE) == Accepted("n-1", "in_app")
    assert lookups == [("app.example", app.port)]
    assert app.requests[0].headers["host"] == f"app.example:{app.port}"


def test_the_next_address_is_tried_while_nothing_was_sent() -> None:
    with Loopback(answer(200)) as app:  # it listens on IPv4 alone
        url = f"http://app.example:{app.port}/"
        channel = _local(url, resolver=lambda host, port: ["::1", "127.0.0.1"])
        assert channel.send(MESSAGE) == Accepted("n-1", "in_app")
    assert len(app.requests) == 1


def test_a_certificate_for_another_name_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    tls = make_tls("other.example", tmp_path)
    with Loopback(answer(200), tls.server) as app:
        channel = _local(
            f"https://app.example:{app.port}/", resolver=lambda host, port: ["127.0.0.1"], trust=tls.trust
        )
        result = channel.send(MESSAGE)
    assert isinstance(result, Refused)
    assert result.again
    assert app.requests == []


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    tls = make_tls("app.example", tmp_path)
    with Loopback(answer(200), tls.server) as app:
        channel = _local(f"https://app.example:{app.port}/", resolver=lambda host, port: ["127.0.0.1"])
        result = channel.send(MESSAGE)
    assert isinstance(result, Refused)
    assert app.requests == []


def test_the_body_is_json_that_any_language_reads() -> None:
    with Loopback(answer(200)) as app:
        _local(app.url).send(MESSAGE)
    (request,) = app.requests
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body)["title"] == "还款提醒"
