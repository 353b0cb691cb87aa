"""What Alibaba Cloud pushes: whose pushes are read, and what is left of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.channels.alibaba_push import ANSWER, path_token, replies, report_bodies, token_is_valid
from chalicelib.channels.receipts import parse
from chalicelib.channels.replies import Reply

REPORT = {
    "phone_number": "13800138000",
    "send_time": "2026-11-23 16:00:00",
    "report_time": "2026-11-23 16:00:05",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "900619746936498440^0",
    "out_id": "6kvktdbgvav7gliur7px-1.first_notice",
}
UP = {
    "phone_number": "13800138000",
    "content": "退订",
    "send_time": "2026-11-23 16:05:00",
    "dest_code": "1234",
    "sequence_id": "1234567890",
}


def _push(*items: dict[str, Any]) -> bytes:
    return json.dumps(items, ensure_ascii=False).encode()


def test_a_push_becomes_one_receipt_per_report() -> None:
    delivered, failed = report_bodies(_push(REPORT, REPORT | {"err_code": "USER_REJECT", "success": False}))
    receipt, refusal = parse(delivered), parse(failed)
    assert receipt is not None
    assert refusal is not None
    assert (receipt.status, receipt.step, receipt.channel) == ("DELIVERED", "first_notice", "SMS")
    assert (refusal.status, refusal.meaning.opt_out) == ("FAILED", True)


def test_no_queue_holds_the_number() -> None:
    (body,) = report_bodies(_push(REPORT))
    assert "13800138000" not in body
    assert "用户" not in body, "what the carrier wrote may name him"


def test_a_reply_says_who_and_what_and_when() -> None:
    assert replies(_push(UP)) == [
        Reply("alibaba", "+8613800138000", "退订", "1234567890", datetime(2026, 11, 23, 8, 5, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("13800138000", "+8613800138000"),
        ("85251234567", "+85251234567"),
        ("+8613800138000", "+8613800138000"),
    ],
)
def test_a_number_is_kept_in_one_form(given: str, kept: str) -> None:
    assert replies(_push(UP | {"phone_number": given}))[0].phone == kept


def test_a_reply_with_a_number_for_its_id_and_no_time_is_a_reply() -> None:
    (reply,) = replies(_push({"phone_number": "13800138000", "content": "R", "sequence_id": 7}))
    assert (reply.reply_id, reply.at) == ("7", None)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'"x"', b"[1]", b"[[]]", b"null", b"\xff"])
@pytest.mark.parametrize("read", [report_bodies, replies])
def test_what_is_no_array_of_objects_is_no_push(read: Any, body: bytes) -> None:
    with pytest.raises(ValueError):
        read(body)


def test_the_answer_is_the_one_the_service_looks_for() -> None:
    assert json.loads(ANSWER)["code"] == 0


def test_only_who_knows_the_token_is_read() -> None:
    token = path_token(b"key", "account")
    assert len(token) == 43
    assert token_is_valid(token, [b"key"], "account")
    assert token_is_valid(token, [b"new", b"key"], "account"), "while a key is being replaced"
    for other in ("", token[:-1], token + "A", token.lower(), "é" * 43, "\ud800"):
        assert not token_is_valid(other, [b"key"], "account")
    assert not token_is_valid(token, [b"key"], "another account")
    assert not token_is_valid(token, [], "account")
