"""AWS on loopback: instant canned answers, so that what is measured is the client's own CPU."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from chalicelib.domain.keys import loan_key
from chalicelib.store.rows import EventRow, LenderRow
from tests.road import DEMO_BANK, EXAMPLES, KEYS, SECRET

REFERENCE = "benchbenchbenchbenchbenchb"


class QuietHandler(BaseHTTPRequestHandler):
    """HTTP/1.1 with one packet per answer (Nagle's delay would be measured otherwise) and without a log."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass

    def handle_expect_100(self) -> bool:
        """The SDK waits for this word before it sends an object; what is buffered would never reach it."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(handler: Callable[..., QuietHandler]) -> Iterator[ThreadingHTTPServer]:
    """Serve on a free loopback port until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def address(server: ThreadingHTTPServer) -> str:
    """Return host:port of a server."""
    return f"127.0.0.1:{server.server_address[1]}"


class AwsStub(QuietHandler):
    """The five operations of intake and its consumer; anything else is a 400 that fails the bench."""

    def do_POST(self) -> None:
        request = json.loads(self.body())
        operation = self.operation()
        answer = self.answer_to(operation, request)
        body = json.dumps(answer if answer is not None else {"message": f"no {operation}"}).encode()
        version = self.headers.get("content-type", "application/x-amz-json-1.0")
        headers = {"content-type": version, "x-amzn-requestid": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
        self.answer(200 if answer is not None else 400, body, headers)

    def operation(self) -> str:
        return str(self.headers.get("x-amz-target", "")).rpartition(".")[2]

    def answer_to(self, operation: str, request: dict[str, Any]) -> dict[str, Any] | None:
        return _ANSWERS[operation](request) if operation in _ANSWERS else None


def _row(request: dict[str, Any]) -> dict[str, Any]:
    return {"Item": _EVENT if request["Key"]["pk"]["S"].startswith("EVENT#") else _LENDER}


def _secret(request: dict[str, Any]) -> dict[str, Any]:
    name = request["SecretId"]
    text = json.dumps(KEYS if name.endswith("keys") else {"webhook_secrets": [SECRET]})
    arn = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf"
    return {"ARN": arn, "Name": name, "VersionId": "v" * 32, "SecretString": text}


def _message(request: dict[str, Any]) -> dict[str, Any]:
    digest = hashlib.md5(request["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    return {"MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": digest}


def _execution(request: dict[str, Any]) -> dict[str, Any]:
    arn = request["stateMachineArn"].replace(":stateMachine:", ":execution:")
    return {"executionArn": f"{arn}:{request['name']}", "startDate": 1795420800.0}


_ANSWERS = {
    "PutItem": lambda _: {},
    "GetItem": _row,
    "GetSecretValue": _secret,
    "SendMessage": _message,
    "StartExecution": _execution,
}


def _event_row() -> dict[str, Any]:
    body = (EXAMPLES / "overdue.json").read_text(encoding="utf-8")
    event = json.loads(body)
    return EventRow(
        f"EVENT#{REFERENCE}",
        "EVENT",
        lender=event["source"],
        event_id=event["id"],
        type=event["type"],
        loan_key=loan_key(event["source"], event["subject"]),
        body=body,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        received_at=datetime(2026, 11, 23, 4, tzinfo=UTC),
        ttl=1890000000,
    ).to_dynamodb_dict()


_EVENT = _event_row()
_LENDER = LenderRow(
    "LENDER", DEMO_BANK.id, profile=DEMO_BANK.profile, settings=dict(DEMO_BANK.settings)
).to_dynamodb_dict()
