"""The bench's contenders answer rightly under the real Lambda bootstrap; no time is asserted."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.bench import senders
from tests.bench.aws_stub import AwsStub, address, serving
from tests.bench.bootstrap import HandlerFailed
from tests.bench.contenders import CONTENDERS, FLOOR, HTTP, Contender, environment
from tests.bench.due import DUE
from tests.bench.send_stub import Standing
from tests.bench.trees import Trees, build

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's bootstrap needs Linux")
EVERYONE = (*CONTENDERS, FLOOR)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Trees:
    return build(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def given() -> Iterator[dict[str, str]]:
    with serving(AwsStub) as aws:
        yield environment(address(aws))


@pytest.mark.parametrize("one", EVERYONE, ids=lambda one: f"{one.name} {one.door.name}")
def test_each_contender_answers_and_its_time_is_taken(
    one: Contender, trees: Trees, given: dict[str, str]
) -> None:
    measured = one.measure(trees, given, 2)
    assert measured.init > 0
    assert len(measured.cpu) == len(measured.wall)
    assert all(cpu > 0 for cpu in measured.cpu)


def test_the_rivals_make_the_product_s_calls(
    trees: Trees, given: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    report = tmp_path_factory.mktemp("meter") / "report.jsonl"
    calls = {(one.door.name, one.meter(trees, given, 2, report).calls) for one in CONTENDERS}
    assert calls == {("POST /v1/events", 2), ("take_loan_event", 3)}


# In this order, whatever the channel; what differs is how the message leaves and who waits for its receipt.
SENT = {
    "SMS": ["SendTextMessage", "PutItem", "StartExecution"],
    "e-mail": ["SendEmail", "PutItem", "StartExecution"],
    "letter": ["PutObject", "PutObject", "PutItem"],
}


@pytest.mark.parametrize("channel", DUE)
def test_a_notice_measured_is_one_that_left(channel: str, trees: Trees, tmp_path: Path) -> None:
    metered, standing = senders.meter(DUE[channel], trees, 2, tmp_path / "report.jsonl")
    pages = ["PutObject"] if channel == "letter" else []
    kept = ["BatchWriteItem", "PutObject", *pages, "TransactWriteItems"]
    last = standing.asked[-metered.calls :]
    assert last == ["GetItem", "GetItem", "Query", "GetItem", *kept, *SENT[channel]]
    assert metered.own_us > 0
    assert metered.aws_us > 0
    assert "12,345.67" in _received(channel, standing)
    assert any("/notices/" in name for name in standing.objects)


def _received(channel: str, standing: Standing) -> str:
    """What the provider got, as its recipient reads it."""
    if channel == "letter":
        outbox = {name: body for name, body in standing.objects.items() if "/outbox/" in name}
        assert any(name.endswith(".json") for name in outbox)
        pdf = [body for name, body in outbox.items() if name.endswith(".pdf")][-1]
        return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    message = standing.messages[-1]
    if channel == "SMS":
        return str(message["MessageBody"])
    return str(message["Content"]["Simple"]["Body"]["Html"]["Data"])


def test_a_wrong_answer_is_no_measurement(trees: Trees, given: dict[str, str]) -> None:
    refused = dataclasses.replace(HTTP, right=lambda answer: False)
    with pytest.raises(HandlerFailed, match="202"):
        dataclasses.replace(FLOOR, door=refused).measure(trees, given, 2)


def test_a_handler_that_cannot_load_is_no_measurement(trees: Trees, given: dict[str, str]) -> None:
    with pytest.raises(HandlerFailed, match="nowhere"):
        dataclasses.replace(FLOOR, handler="rivals.nowhere.http").measure(trees, given, 2)
