"""The print house's files: each event a receipt, what cannot be read put aside, other messages let by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.notices import print_house
from chalicelib.notices.print_house import PrintHouse
from chalicelib.store.archive import Archive
from tests.road import PRINTS
from tests.scene import Scene


@dataclass(frozen=True)
class Told:
    """An event as the reader of the print house's files gives it."""

    said: str

    def body(self) -> str:
        return json.dumps({"said": self.said})


@dataclass(frozen=True)
class Unread:
    """A line that could not be read."""

    line: int
    reason: str


@pytest.fixture
def house(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> PrintHouse:
    """A print house whose files have one event a line; a line that begins with ! cannot be read."""

    def read(file: bytes) -> tuple[list[Told], list[Unread]]:
        lines = list(enumerate(file.decode().splitlines(), 1))
        told = [Told(line) for _, line in lines if not line.startswith("!")]
        return told, [Unread(number, "unknown status") for number, line in lines if line.startswith("!")]

    monkeypatch.setattr(print_house, "print_events", read)
    return PrintHouse(Archive(boto3.client("s3"), PRINTS))


def _put(key: str, text: str) -> None:
    boto3.client("s3").put_object(Bucket=PRINTS, Key=key, Body=text.encode())


def _told_of(key: str) -> str:
    """Return the queue message in which EventBridge points to an object."""
    return json.dumps({"source": "aws.s3", "detail": {"bucket": {"name": PRINTS}, "object": {"key": key}}})


def _rejected(key: str) -> Any:
    return json.loads(boto3.client("s3").get_object(Bucket=PRINTS, Key=f"rejected/{key}.json")["Body"].read())


def test_each_event_of_a_file_is_a_receipt(house: PrintHouse) -> None:
    _put("events/1.csv", "PRINTED\nDISPATCHED")
    assert house.events_of(_told_of("events/1.csv")) == ['{"said": "PRINTED"}', '{"said": "DISPATCHED"}']


@pytest.mark.parametrize("key", ["events/11 月 23.csv", "events/11+23.csv", "events/100%25.csv"])
def test_a_key_is_read_as_eventbridge_writes_it(house: PrintHouse, key: str) -> None:
    """Not encoded, unlike in S3's own notifications."""
    _put(key, "PRINTED")
    assert house.events_of(_told_of(key)) == ['{"said": "PRINTED"}']


def test_what_cannot_be_read_is_put_aside_with_its_line_and_the_rest_goes_on(house: PrintHouse) -> None:
    _put("events/2.csv", "PRINTED\n!what\nRETURNED")
    assert house.events_of(_told_of("events/2.csv")) == ['{"said": "PRINTED"}', '{"said": "RETURNED"}']
    assert _rejected("events/2.csv") == [{"line": 2, "reason": "unknown status"}]


@pytest.mark.parametrize("text", ["", "!x\n!y"])
def test_a_file_without_an_event_is_no_receipt_of_anything(house: PrintHouse, text: str) -> None:
    _put("events/3.csv", text)
    assert house.events_of(_told_of("events/3.csv")) == []


@pytest.mark.parametrize("body", ['{"source": "aws.ses", "detail": {}}', "{}", "[]", '"x"'])
def test_other_messages_are_not_the_print_houses(house: PrintHouse, body: str) -> None:
    assert house.events_of(body) is None


def test_a_file_that_is_not_there_comes_back(house: PrintHouse) -> None:
    with pytest.raises(ClientError):
        house.events_of(_told_of("events/none.csv"))


def test_no_json_is_an_error(house: PrintHouse) -> None:
    with pytest.raises(ValueError):
        house.events_of("no json")
