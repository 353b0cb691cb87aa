"""The apps on loopback take what the product's own webhook sends, signed, and once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chalicelib.channels import Accepted, Outgoing, Refused
from chalicelib.channels.in_app import Endpoint, InAppWebhook
from infra.local.app_inbox import AppInbox
from infra.local.outbox import Outbox
from infra.local.web import Problem, Request

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
TAGS = {"case_id": "abcdefghijklmnopqrst-1", "step": "first_notice", "notice_id": "n1", "channel": "IN_APP"}
MESSAGE = Outgoing("wang-117", "示范银行", "您有一条通知", "", TAGS, lender="demo-bank", link="http://x/n/1")


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.jsonl", lambda: datetime(2026, 11, 23, 8, tzinfo=UTC))


@pytest.fixture
def url(outbox: Outbox) -> Iterator[str]:
    """The apps behind a real socket."""
    inbox = AppInbox(outbox, {"demo-bank": SECRET})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                answer = inbox.take(
                    self.path.removeprefix("/"), Request("POST", self.path, {}, headers, body)
                )
            except Problem as problem:
                answer = problem.answer()
            self.send_response(answer.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def webhook(url: str, secret: str = SECRET) -> InAppWebhook:
    return InAppWebhook(
        lambda lender: Endpoint(f"{url}/{lender}", secret), lambda: datetime.now(UTC), allow_private=True
    )


def test_takes_what_the_product_sends_and_a_repeat_once(outbox: Outbox, url: str) -> None:
    assert webhook(url).send(MESSAGE) == Accepted("n1", "in_app")
    assert webhook(url).send(MESSAGE) == Accepted("n1", "in_app")
    (message,) = outbox.all()
    assert (message.channel, message.to, message.sender) == ("IN_APP", "wang-117", "demo-bank")
    assert (message.subject, message.text) == ("示范银行", "您有一条通知 http://x/n/1")
    assert message.tags == {name: TAGS[name] for name in ("case_id", "step", "notice_id")}


def test_refuses_a_strangers_signature(outbox: Outbox, url: str) -> None:
    stranger = "whsec_" + "c3RyYW5nZXJzdHJhbmdlcg=="
    assert webhook(url, stranger).send(MESSAGE) == Refused("http_401", again=False)
    assert outbox.all() == []


def test_refuses_what_is_not_signed_at_all(outbox: Outbox) -> None:
    body = json.dumps({"user": "x"}).encode()
    for headers in ({}, {"webhook-timestamp": "soon", "webhook-signature": "v1,x"}):
        with pytest.raises(Problem) as caught:
            AppInbox(outbox, {"demo-bank": SECRET}).take("demo-bank", Request("POST", "/", {}, headers, body))
        assert caught.value.status == 401


def test_knows_no_app_of_a_stranger(outbox: Outbox) -> None:
    with pytest.raises(Problem) as caught:
        AppInbox(outbox, {}).take("nobody", Request("POST", "/", {}, {}, b"{}"))
    assert caught.value.status == 404
