"""Runs the contenders in turns and puts their medians side by side."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.aws_stub import AwsStub, address, serving
from tests.bench.bootstrap import Measured
from tests.bench.contenders import CONTENDERS, FLOOR, Contender, Metered, environment, warm
from tests.bench.trees import Trees

RIVAL = "bare boto3"
_MS, _US = 1e6, 1e3


@dataclass(frozen=True)
class Speed:
    """One contender at one door: medians over the runs; CPU unless it says wall, ratios to the bare handler.

    `cold` is init plus the first event: what is put off from the one to the other is not saved.
    """

    name: str
    door: str
    init_ms: float
    first_ms: float
    cold_ms: float
    warm_us: float
    wall_us: float
    init_ratio: float | None
    cold_ratio: float | None
    warm_ratio: float | None
    metered: Metered | None


def measure(trees: Trees, runs: int, events: int, folder: Path, said: Callable[[str], None]) -> list[Speed]:
    """Measure everyone `runs` times, in turns, so that a busy moment of the machine meets all alike."""
    with serving(AwsStub) as aws:
        given = environment(address(aws))
        everyone = (*CONTENDERS, FLOOR)
        rounds: dict[Contender, list[Measured]] = {one: [] for one in everyone}
        for number in range(runs):
            said(f"run {number + 1} of {runs}")
            for one in everyone:
                rounds[one].append(one.measure(trees, given, events))
        metered = {one: _meter(one, trees, given, events, folder) for one in CONTENDERS}
    return [_speed(one, rounds, metered.get(one)) for one in everyone]


def _meter(one: Contender, trees: Trees, given: dict[str, str], events: int, folder: Path) -> Metered:
    return one.meter(trees, given, events, folder / "metered.jsonl")


def _speed(one: Contender, rounds: dict[Contender, list[Measured]], metered: Metered | None) -> Speed:
    own = rounds[one]
    rival = next(each for each in rounds if each.name == RIVAL and each.door == one.door)

    def ratio(cost: Callable[[Measured], float]) -> float | None:
        if one in (rival, FLOOR):
            return None
        pairs = zip(own, rounds[rival], strict=True)
        return statistics.median(cost(mine) / cost(his) for mine, his in pairs)

    def middle(cost: Callable[[Measured], float]) -> float:
        return statistics.median(cost(each) for each in own)

    return Speed(
        name=one.name,
        door=one.door.name,
        init_ms=middle(_init) / _MS,
        first_ms=middle(_first) / _MS,
        cold_ms=middle(_cold) / _MS,
        warm_us=middle(_warm) / _US,
        wall_us=middle(_wall) / _US,
        init_ratio=ratio(_init),
        cold_ratio=ratio(_cold),
        warm_ratio=ratio(_warm),
        metered=metered,
    )


def _init(measured: Measured) -> float:
    return measured.init


def _first(measured: Measured) -> float:
    return measured.cpu[0]


def _cold(measured: Measured) -> float:
    return measured.init + measured.cpu[0]


def _warm(measured: Measured) -> float:
    return warm(measured)[0]


def _wall(measured: Measured) -> float:
    return warm(measured)[1]
