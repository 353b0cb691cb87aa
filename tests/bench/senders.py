"""What a notice costs its sender: CPU of the real `send_notice`, from its queue message to its record."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import gateway
from tests.bench.aws_stub import address, serving
from tests.bench.contenders import Contender, Door, Metered, environment
from tests.bench.due import DUE, Due, rows_of
from tests.bench.send_stub import SendStub, Standing
from tests.bench.trees import Trees
from tests.road import NOON

AIM_MS = 10.0
"""CPU a notice; a comparable Flask, SQLAlchemy and Celery path costs 10 ms, GOV.UK Notify's 23."""


@dataclass(frozen=True)
class NoticeCost:
    """CPU of one notice in milliseconds, median of warm ones: our own code, and the SDK's calls."""

    channel: str
    own_ms: float
    aws_ms: float
    calls: int

    @property
    def cpu_ms(self) -> float:
        return self.own_ms + self.aws_ms


def contender(due: Due) -> Contender:
    """Return the sender of one message."""
    door = Door("send_notice", partial(gateway.records, due.message), _sent, "sqs")
    return Contender("accord", door, "rivals.noon.send_notice", ("task", "rivals", "layer"))


def _sent(answer: object) -> bool:
    return answer == {"batchItemFailures": []}


def meter(due: Due, trees: Trees, events: int, report: Path) -> tuple[Metered, Standing]:
    """Run one process; returns its time and what reached AWS and the providers."""
    standing = Standing(rows_of(due))
    with serving(partial(SendStub, standing)) as aws:
        metered = contender(due).meter(trees, _given(address(aws)), events, report)
    return metered, standing


def _given(aws: str) -> Mapping[str, str]:
    """A provider's rate would make the bench wait, not work."""
    rates = {f"ACCORD_{name}_PER_SECOND": "1000000" for name in ("SMS", "EMAIL", "VOICE")}
    return {**environment(aws), **rates, "BENCH_NOON": NOON.isoformat()}


def measure(trees: Trees, runs: int, events: int, folder: Path) -> list[NoticeCost]:
    """Measure each channel in so many processes, in turns."""
    taken: dict[str, list[Metered]] = {name: [] for name in DUE}
    for _ in range(runs):
        for name, due in DUE.items():
            taken[name].append(meter(due, trees, events, folder / "notices.jsonl")[0])
    return [_cost(name, every) for name, every in taken.items()]


def _cost(name: str, every: list[Metered]) -> NoticeCost:
    own = statistics.median(one.own_us for one in every) / 1e3
    aws = statistics.median(one.aws_us for one in every) / 1e3
    return NoticeCost(name, own, aws, every[0].calls)
