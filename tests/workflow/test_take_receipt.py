"""The receipts' queue: receipts, replies and print files find their place, and the rest is kept for later."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter

import boto3
import pytest

from chalicelib.channels.sandbox_receipts import receipt_body, reply_body
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.notices import print_house
from chalicelib.store import persons, unmatched
from tests.road import NOON, PRINTS
from tests.samples import CASE_ID, KEY
from tests.scene import Scene

PHONE = "+8613800138000"


def _receipt(word: str = "TEXT_DELIVERED", case_id: str = str(CASE_ID), channel: str = "SMS") -> str:
    tags = {"case_id": case_id, "step": "first_notice", "channel": channel, "notice_id": "x", "attempt": "y"}
    return receipt_body(channel, word, tags, "m1", NOON)


def _kept() -> list[str]:
    return [body for _, body in unmatched.some("0", 50)]


@pytest.fixture
def opened(scene: Scene) -> Scene:
    """A scene whose borrower has his first notice."""
    scene.accept()
    scene.run(Stage.NOTIFY)
    return scene


@pytest.mark.parametrize("envelope", ["bare", "SNS", "EventBridge"])
def test_a_receipt_finds_its_notice_in_any_envelope(
    opened: Scene, counted: Counter[str], envelope: str
) -> None:
    body = _receipt()
    if envelope == "SNS":
        body = json.dumps({"Type": "Notification", "Message": body})
    if envelope == "EventBridge":
        body = json.dumps({"source": "aws.sms-voice", "detail": json.loads(body)})
    opened.wiring.take_receipt(body)
    assert [fact.which[2] for fact in opened.facts(FactKind.RECEIPT)] == ["DELIVERED"]
    assert counted == {"Receipt": 1}


def test_a_dead_address_is_counted(opened: Scene, counted: Counter[str]) -> None:
    opened.wiring.take_receipt(_receipt("Bounce/Permanent", channel="EMAIL"))
    assert counted == {"Receipt": 1, "AddressSuppressed": 1}


@pytest.mark.parametrize(
    "body",
    [
        _receipt(case_id=str(CaseId(KEY, 9))),
        _receipt(case_id=str(CaseId(loan_key("no-bank", "x"), 1))),
        json.dumps({"eventType": "TEXT_DELIVERED", "messageId": "m9"}),
        "{}",
    ],
    ids=["another generation", "another loan", "no tags", "nothing"],
)
def test_a_receipt_without_a_place_is_kept_and_rings(opened: Scene, counted: Counter[str], body: str) -> None:
    opened.wiring.take_receipt(body)
    assert _kept() == [body]
    assert counted == {"ReceiptUnmatched": 1}
    assert opened.facts(FactKind.RECEIPT) == []


def test_a_receipt_that_came_before_its_case_is_matched_by_the_sweeper(
    scene: Scene, counted: Counter[str]
) -> None:
    """The case's row was lost and restored: what came meanwhile finds it."""
    scene.wiring.take_receipt(_receipt())
    scene.wiring.sweep()
    assert len(_kept()) == 1
    scene.accept()
    scene.wiring.sweep()
    assert [fact.which[2] for fact in scene.facts(FactKind.RECEIPT)] == ["DELIVERED"]
    assert scene.case.reached == {"first_notice"}
    assert _kept() == []
    assert (counted["ReceiptUnmatched"], counted["Receipt"]) == (1, 1)


@pytest.mark.parametrize("hours", range(6))
def test_of_what_waits_for_its_place_each_has_its_turn_in_every_run(scene: Scene, hours: int) -> None:
    scene.accept()
    for n in range(3):
        unmatched.keep(json.dumps({"messageId": f"stranger-{n}"}), NOON)
    unmatched.keep(_receipt(), NOON)
    scene.road.clock.advance(hours=hours)
    scene.wiring.sweep()
    assert scene.case.reached == {"first_notice"}
    assert len(_kept()) == 3


@pytest.mark.parametrize("body", ["", "no json", "[]", "7"])
def test_what_is_no_json_object_comes_back(opened: Scene, body: str) -> None:
    with pytest.raises(ValueError):
        opened.wiring.take_receipt(body)
    assert _kept() == []


@pytest.mark.parametrize("envelope", [False, True])
def test_a_reply_is_taken_as_one(opened: Scene, counted: Counter[str], envelope: bool) -> None:
    body = reply_body(PHONE, "STOP", "m1")
    opened.wiring.take_receipt(json.dumps({"Type": "Notification", "Message": body}) if envelope else body)
    assert persons.get(opened.case.borrower.person).opted_out == {ChannelName.SMS}
    assert counted == {"Reply": 1}
    assert _kept() == []


def test_neither_what_he_says_nor_his_number_is_logged(
    opened: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logger, written = logging.getLogger("accord"), io.StringIO()
    monkeypatch.setattr(logger, "level", logging.INFO)
    logger.manager._clear_cache()  # type: ignore[attr-defined]
    for handler in logger.handlers:
        monkeypatch.setattr(handler, "stream", written)
    opened.wiring.take_receipt(reply_body(PHONE, "金丝雀：昨天已经还了", "m1"))
    opened.wiring.take_receipt(reply_body("+8619912345678", "STOP 金丝雀", "m2"))
    said = written.getvalue() + "".join(capsys.readouterr())
    assert said.count("reply taken") == 2, "nothing was logged, so this proves nothing"
    for canary in ("金丝雀", json.dumps("金丝雀")[1:-1], "13800138000", "19912345678"):
        assert canary not in said


def test_each_event_of_a_print_file_is_a_receipt_and_an_empty_file_is_none(
    opened: Scene, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Told:
        def __init__(self, line: str) -> None:
            self.line = line

        def body(self) -> str:
            return _receipt(self.line, channel="LETTER")

    def read(file: bytes) -> tuple[list[Told], list[object]]:
        return [Told(line) for line in file.decode().split()], []

    monkeypatch.setattr(print_house, "print_events", read)
    for key, text in (("events/1", "PRINTED DISPATCHED"), ("events/2", "")):
        boto3.client("s3").put_object(Bucket=PRINTS, Key=key, Body=text.encode())
        opened.wiring.take_receipt(json.dumps({"source": "aws.s3", "detail": {"object": {"key": key}}}))
    assert {fact.which[3] for fact in opened.facts(FactKind.RECEIPT)} == {"PRINTED", "DISPATCHED"}
    assert counted == {"Receipt": 2}
    assert _kept() == []
