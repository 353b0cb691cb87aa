"""The print house's outbox over the real SDK, and its events: what is printed once, what is understood."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import Accepted, Outgoing, Refused
from chalicelib.channels.letter import PrintOutbox
from chalicelib.channels.letter_events import (
    MAX_BYTES,
    MAX_ROWS,
    PrintEvent,
    PrintStatus,
    Rejected,
    ReturnReason,
    print_events,
)
from chalicelib.domain.keys import CaseId
from chalicelib.notices.letter import letter_pdf
from chalicelib.wiring import Wiring
from tests.notices.letters import IN_CHINESE, IN_ENGLISH

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TAGS = {
    "case_id": "6kvktdbgvav7gliur7px-1",
    "step": "first_notice",
    "channel": "LETTER",
    "notice_id": "0f3c9a1b2d4e5f60718293a4",
    "attempt": "a1",
}
PDF = letter_pdf(IN_CHINESE)
MESSAGE = Outgoing(
    to="\n".join(IN_CHINESE.recipient), subject=IN_CHINESE.subject, text="正文", html="", tags=TAGS,
    language="zh-CN", pdf=PDF,
)  # fmt: skip
MANIFEST = "outbox/0f3c9a1b2d4e5f60718293a4.json"
_SESSION = botocore.session.get_session()  # reads the service models once
ROOT = Path(__file__).parent.parent.parent


# --- the outbox ---------------------------------------------------------------------------------------


@pytest.fixture
def bucket(aws: None) -> Any:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="print")
    return s3


def objects(s3: Any) -> dict[str, bytes]:
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="print").get("Contents", ())]
    return {key: s3.get_object(Bucket="print", Key=key)["Body"].read() for key in keys}


def test_the_outbox_holds_the_pages_and_a_manifest_that_names_them(bucket: Any) -> None:
    assert PrintOutbox(bucket, "print", lambda: NOW).send(MESSAGE) == Accepted(TAGS["notice_id"], "letter")
    found = objects(bucket)
    digest = hashlib.sha256(PDF).hexdigest()
    pages = f"outbox/{TAGS['notice_id']}-{digest[:16]}.pdf"
    assert found.keys() == {pages, MANIFEST}
    assert found[pages] == PDF
    assert json.loads(found[MANIFEST]) == {
        "schema": "accord.letter.v1",
        "notice_id": TAGS["notice_id"],
        "case_id": TAGS["case_id"],
        "step": "first_notice",
        "pdf": pages,
        "sha256": digest,
        "pages": 1,
        "paper": "A4",
        "duplex": True,
        "postage": "STANDARD",
        "language": "zh-CN",
        "created_at": "2026-11-23T08:00:00Z",
    }


def test_the_manifest_is_what_the_document_promises(bucket: Any) -> None:
    told = (ROOT / "docs" / "print-house.md").read_text(encoding="utf-8")
    example = json.loads(told.split("```json\n")[1].split("```")[0])
    PrintOutbox(bucket, "print", lambda: NOW).send(MESSAGE)
    assert example.keys() == json.loads(objects(bucket)[MANIFEST]).keys()
    (event,), rejected = print_events(told.split("```json\n")[2].split("```")[0].encode())
    assert (rejected, event.reason) == ([], ReturnReason.MOVED)


def test_the_manifest_says_the_sheets_and_no_name(bucket: Any) -> None:
    long = replace(IN_ENGLISH, blocks=IN_ENGLISH.blocks * 4)
    outbox = PrintOutbox(bucket, "print", lambda: NOW, prefix="to/", postage="REGISTERED", duplex=False)
    outbox.send(replace(MESSAGE, pdf=letter_pdf(long, "LETTER"), language="en"))
    found = objects(bucket)
    (written,) = (body for key, body in found.items() if key.endswith(".json"))
    manifest = json.loads(written)
    assert (manifest["pages"], manifest["paper"]) == (4, "LETTER")
    assert (manifest["postage"], manifest["duplex"]) == ("REGISTERED", False)
    assert all(key.startswith("to/") for key in found)
    for personal in (*IN_CHINESE.recipient, IN_CHINESE.subject, "6688"):
        assert personal not in written.decode() + "".join(found)


def test_a_letter_is_handed_over_once_however_often_it_is_sent(bucket: Any) -> None:
    """A repeat after midnight renders another date: other bytes, another moment, the same notice."""
    PrintOutbox(bucket, "print", lambda: NOW).send(MESSAGE)
    before = objects(bucket)
    tomorrow = replace(MESSAGE, pdf=letter_pdf(replace(IN_CHINESE, date="2026年11月27日")))
    again = PrintOutbox(bucket, "print", lambda: NOW + timedelta(days=1)).send(tomorrow)
    assert again == Accepted(TAGS["notice_id"], "letter")
    after = objects(bucket)
    assert [key for key in after if key.endswith(".json")] == [MANIFEST]
    assert after[MANIFEST] == before[MANIFEST]
    named = json.loads(after[MANIFEST])
    assert hashlib.sha256(after[named["pdf"]]).hexdigest() == named["sha256"]


@dataclass
class S3:
    """A real client whose requests are recorded; number `failing` fails by a status and code or an error."""

    failing: int = -1
    status: int = 200
    code: str = ""
    error: Exception | None = None
    requests: list[AWSPreparedRequest] = field(default_factory=list)
    client: Any = None

    def __post_init__(self) -> None:
        self.client = _SESSION.create_client("s3", "us-east-1", config=Wiring._config(retries=0))
        self.client.meta.events.register_first("before-send.s3", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.requests.append(request)
        failed = len(self.requests) - 1 == self.failing
        if failed and self.error:
            raise self.error
        text = f"<Error><Code>{self.code}</Code></Error>" if failed else ""
        return AWSResponse(request.url, self.status if failed else 200, {}, _Raw(text.encode()))


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self._body


def test_the_manifest_comes_last_and_only_where_none_is() -> None:
    s3 = S3()
    PrintOutbox(s3.client, "print", lambda: NOW).send(MESSAGE)
    first, last = s3.requests
    assert first.url.endswith(".pdf")
    assert "If-None-Match" not in first.headers
    assert last.url.endswith(MANIFEST)
    assert last.headers["If-None-Match"] in ("*", b"*")


@pytest.mark.parametrize("failing", [0, 1])
@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (500, "InternalError", True),
        (503, "SlowDown", True),
        (409, "ConditionalRequestConflict", True),
        (403, "AccessDenied", False),
        (404, "NoSuchBucket", False),
    ],
)
def test_a_failed_put_never_printed_anything(failing: int, status: int, code: str, again: bool) -> None:
    s3 = S3(failing, status, code)
    assert PrintOutbox(s3.client, "print", lambda: NOW).send(MESSAGE) == Refused(code, again)
    assert len(s3.requests) == failing + 1, "once, and no manifest without its pages"


@pytest.mark.parametrize("failing", [0, 1])
@pytest.mark.parametrize(
    "error", [ReadTimeoutError(endpoint_url="https://x"), ConnectTimeoutError(endpoint_url="https://x")]
)
def test_after_a_lost_answer_the_letter_is_tried_again(failing: int, error: Exception) -> None:
    s3 = S3(failing, error=error)
    sent = PrintOutbox(s3.client, "print", lambda: NOW).send(MESSAGE)
    assert sent == Refused(type(error).__name__, again=True)
    assert len(s3.requests) == failing + 1


def test_a_manifest_that_is_there_already_is_this_letter() -> None:
    s3 = S3(1, 412, "PreconditionFailed")
    accepted = PrintOutbox(s3.client, "print", lambda: NOW).send(MESSAGE)
    assert accepted == Accepted(TAGS["notice_id"], "letter")


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.4 of somebody else"])
def test_what_is_no_letter_of_ours_is_not_handed_over(pdf: bytes) -> None:
    s3 = S3()
    sent = PrintOutbox(s3.client, "print", lambda: NOW).send(replace(MESSAGE, pdf=pdf))
    assert sent == Refused("NotALetter", again=False)
    assert s3.requests == []


# --- events -------------------------------------------------------------------------------------------

EVENT: dict[str, Any] = {
    "schema": "accord.letter-event.v1",
    "notice_id": TAGS["notice_id"],
    "case_id": TAGS["case_id"],
    "step": "first_notice",
    "status": "DISPATCHED",
    "at": "2026-11-24T09:30:00+08:00",
}
READ = PrintEvent(
    TAGS["notice_id"],
    CaseId("6kvktdbgvav7gliur7px", 1),
    "first_notice",
    PrintStatus.DISPATCHED,
    datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
)


def line(**changes: Any) -> bytes:
    return json.dumps(
        {name: value for name, value in (EVENT | changes).items() if value is not None}
    ).encode()


def test_each_line_is_an_event() -> None:
    returned = line(status="RETURNED", reason="MOVED", extra={"their": "own"})
    events, rejected = print_events(b"\xef\xbb\xbf" + line() + b"\r\n\n" + returned + b"\n  \n")
    assert events == [READ, replace(READ, status=PrintStatus.RETURNED, reason=ReturnReason.MOVED)]
    assert rejected == []


def test_a_bad_line_is_named_and_the_others_are_read() -> None:
    events, rejected = print_events(b"\n".join([line(), b"{oops", line(status="LOST"), line()]))
    assert events == [READ, READ]
    assert rejected == [
        Rejected(2, "the line must be one JSON object in UTF-8"),
        Rejected(3, "status must be one of PRINTED, DISPATCHED, DELIVERED, RETURNED, FAILED"),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": "accord.letter.v1"}, "schema must be"),
        ({"schema": None}, "schema must be"),
        ({"notice_id": "../x"}, "notice_id must be the one"),
        ({"notice_id": 7}, "notice_id must be the one"),
        ({"notice_id": "x" * 65}, "notice_id must be the one"),
        ({"case_id": "CASE#1"}, "case_id must be the one"),
        ({"case_id": "6kvktdbgvav7gliur7px-²"}, "case_id must be the one"),
        ({"step": "First\n"}, "step must be the one"),
        ({"step": None}, "step must be the one"),
        ({"status": "printed"}, "status must be one of"),
        ({"status": ["PRINTED"]}, "status must be one of"),
        ({"status": "RETURNED"}, "reason must be one of MOVED, UNKNOWN, REFUSED, OTHER"),
        ({"status": "RETURNED", "reason": "王小明 moved"}, "reason must be one of"),
        ({"at": "2026-11-24T09:30:00"}, "at must be a moment with its offset"),
        ({"at": 20261124}, "at must be a moment with its offset"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at must be a moment with its offset"),
        ({"more": "x" * 2048}, "a line has at most 2048 bytes"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_without_quoting_it(changes: dict[str, Any], reason: str) -> None:
    events, (rejected,) = print_events(line(**changes))
    assert events == []
    assert (rejected.line, rejected.reason.startswith(reason)) == (1, True), rejected
    assert "王" not in rejected.reason


@pytest.mark.parametrize("row", [b"[1]", b"null", b"\xff\xfe", b"[" * 2000, b'{"a":' + b"9" * 2000, b"NaN"])
def test_a_line_that_is_no_object_is_named(row: bytes) -> None:
    assert print_events(row) == ([], [Rejected(1, "the line must be one JSON object in UTF-8")])


def test_a_file_over_the_limits_is_rejected_as_a_whole() -> None:
    too_many, too_large = line() + b"\n" * (MAX_ROWS + 1), line() + b"\n" + b" " * MAX_BYTES
    for body in (too_many, too_large):
        events, (rejected,) = print_events(body)
        assert (events, rejected.line) == ([], 0)
        assert str(MAX_ROWS) in rejected.reason
    assert print_events(line() + b"\n" * MAX_ROWS) == ([READ], [])


def test_an_event_goes_on_as_a_receipt() -> None:
    assert json.loads(replace(READ, status=PrintStatus.RETURNED, reason=ReturnReason.REFUSED).body()) == {
        "source": "accord.letter",
        "detail": {
            "status": "RETURNED",
            "case_id": TAGS["case_id"],
            "step": "first_notice",
            "message_id": TAGS["notice_id"],
            "at": "2026-11-24T01:30:00Z",
            "reason": "REFUSED",
        },
    }
    assert json.loads(READ.body())["detail"]["reason"] == ""


@given(st.lists(st.one_of(st.binary(max_size=80), st.just(line()), st.text().map(str.encode)), max_size=8))
def test_no_line_is_lost_whatever_comes(lines: list[bytes]) -> None:
    body = b"\n".join(lines)
    events, rejected = print_events(body)
    filled = [row for row in body.removeprefix(b"\xef\xbb\xbf").splitlines() if row.strip()]
    assert len(events) + len(rejected) == len(filled)
    assert len({each.line for each in rejected}) == len(rejected)
