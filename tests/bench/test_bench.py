"""The bench's contenders answer rightly under the real Lambda bootstrap; no time is asserted."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator

import pytest

from tests.bench.aws_stub import AwsStub, address, serving
from tests.bench.bootstrap import HandlerFailed
from tests.bench.contenders import CONTENDERS, FLOOR, HTTP, Contender, environment
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


def test_a_wrong_answer_is_no_measurement(trees: Trees, given: dict[str, str]) -> None:
    refused = dataclasses.replace(HTTP, right=lambda answer: False)
    with pytest.raises(HandlerFailed, match="202"):
        dataclasses.replace(FLOOR, door=refused).measure(trees, given, 2)


def test_a_handler_that_cannot_load_is_no_measurement(trees: Trees, given: dict[str, str]) -> None:
    with pytest.raises(HandlerFailed, match="nowhere"):
        dataclasses.replace(FLOOR, handler="rivals.nowhere.http").measure(trees, given, 2)
