"""One run of the sweep: an act with one fault, everybody's repeats, the sweeps, the invariants."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from tests.faults.invariants import SENDS, followed, may_be_unknown, unknown, violations
from tests.faults.plane import Call, Fault, Mode
from tests.faults.scenarios import Scenario
from tests.faults.world import Restless, Snapshot, World

# A call that changes nothing looks the same whether its effect came or not: one way to fail, one to die.
READS = ("GetItem", "GetObject", "Query", "GetSecretValue", "DescribeExecution", "GetPublicKey")
_OF_A_READ = (Mode.THROTTLE, Mode.CRASH_BEFORE)
# Away before the effect, and after it; a read fails alike in both, and a send is not retried anyway.
_LASTING = (Mode.THROTTLE, Mode.READ_TIMEOUT)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of a world: broken invariants, the UNKNOWN notices, how many were delivered twice."""

    broken: list[str]
    unknown: list[tuple[str, ...]]
    duplicates: int


@dataclass
class Aftermaths:
    """What becomes of worlds after an act. Many faults leave the same world behind, and it has one future."""

    acts: dict[str, Aftermath] = field(default_factory=dict)
    ends: dict[str, list[str]] = field(default_factory=dict)

    def of(self, world: World, *, to_the_end: bool = True, receipts: str = "never") -> Aftermath:
        """Let everybody repeat and the sweeper run, then repeat all, then go on to the end; judge each."""
        key = f"{receipts} {to_the_end} {world.signature()}"
        if key not in self.acts:
            if receipts == "late":
                _give_receipts(world)
            try:
                self.acts[key] = self._judged(world, to_the_end)
            except Restless as restless:
                self.acts[key] = Aftermath([str(restless)], [], 0)
        return self.acts[key]

    def _judged(self, world: World, to_the_end: bool) -> Aftermath:
        world.settle()
        broken, unsure, duplicates = violations(world), unknown(world), len(world.duplicates())
        return Aftermath(broken + self._end(world, to_the_end), unsure, duplicates)

    def _end(self, world: World, to_the_end: bool) -> list[str]:
        key = f"{to_the_end} {world.signature()}"
        if key not in self.ends:
            self.ends[key] = list(_play_on(world, to_the_end))
        return self.ends[key]


def _play_on(world: World, to_the_end: bool) -> Iterator[str]:
    world.sweep()  # what time alone has made due by now is no effect of a repeat
    world.repeat()
    before = world.effects()
    world.redeliver_everything()
    if world.effects() != before:
        yield f"a repeat of everything had effects: {_difference(before, world.effects())}"
    if to_the_end:
        world.to_the_end()
        yield from (f"runs for ever: {one.name}" for one in world.machine.executions.values() if one.live)
    yield from (f"later: {each}" for each in violations(world))


def _give_receipts(world: World) -> None:
    for delivery in list(world.providers.outbox):
        for word in ("DELIVERED", "ACCEPTED", "DELIVERED"):
            world.give_receipt(delivery, word)


SUMMARY = pytest.StashKey[list[str]]()
"""Lines for the end of the test run."""


@dataclass
class Tally:
    """What a sweep counted; `unsure` holds each (call, fault) after which a notice is UNKNOWN."""

    runs: int = 0
    duplicates: int = 0
    unknown: int = 0
    unsure: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.runs} runs, duplicates {self.duplicates}, unknown {self.unknown}"


def faults_of(calls: list[Call], only: Collection[str] = (), *, also_reads: bool = True) -> Iterator[Fault]:
    """Yield every way in which each call (named in `only`, or any) can fail: once, and for its invocation."""
    for number, call in enumerate(calls, 1):
        reads = call.operation in READS
        if (only and call.name not in only) or (reads and not also_reads):
            continue
        yield from (Fault(number, mode) for mode in (_OF_A_READ if reads else Mode))
        if call.operation not in SENDS:
            yield from (Fault(number, mode, lasting=True) for mode in _LASTING[: 1 if reads else 2])


DEEP = bool(os.environ.get("ACCORD_DEEP"))
_OFTEN = 10_000 if DEEP else 2
"""In how many scenarios a call fails in one way at one place of the code; `ACCORD_DEEP=1`: in all."""


@dataclass
class Sweep:
    """All faults of one scenario on one world; a place that failed so in enough others is passed over."""

    world: World
    scenario: Scenario
    tally: Tally = field(default_factory=Tally)
    aftermaths: Aftermaths = field(default_factory=Aftermaths)
    failed: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def run(self, only: Collection[str] = ()) -> Iterator[str]:
        """Yield every violation as `scenario, fault at call: what`; `only` names the calls to fail."""
        before = self._prepared()
        self._act(before, None)
        calls = list(self.world.plane.calls)
        names = {call.name for call in calls}
        assert not only or {*only} & names, f"{self.scenario} makes no such calls: {only}"
        yield from (f"{self.scenario}, no fault: {each}" for each in self._judged(None))
        faults = list(faults_of(calls, only or self.scenario.only, also_reads=self.scenario.reads))
        for fault in self._new(faults, calls):
            self._act(before, fault)
            hit = self.world.plane.hit
            assert hit is not None
            seen = self.world.state.faults
            for each in [*followed(self.world, fault), *self._judged(fault)]:
                yield f"{self.scenario}, {fault} at {hit.name}: {each} (after {seen})"

    def _new(self, faults: list[Fault], calls: list[Call]) -> list[Fault]:
        """Return the faults that are not enough of others' already, and count them as this scenario's."""
        places = {fault: (_place(calls[fault.number - 1]), fault.mode, fault.lasting) for fault in faults}
        new = [fault for fault in faults if self.failed[places[fault]] < _OFTEN]
        self.failed.update({places[fault] for fault in new})
        return new

    def _prepared(self) -> Snapshot:
        self.world.restore()
        self.scenario.prepare(self.world)
        return self.world.snapshot()

    def _act(self, before: Snapshot, fault: Fault | None) -> None:
        self.world.restore(before)
        self.world.early_receipts = self.scenario.receipts == "early"
        with self.world.plane.armed(fault), suppress(Restless):
            self.scenario.act(self.world)

    def _judged(self, fault: Fault | None) -> list[str]:
        hit, scenario = self.world.plane.hit, self.scenario
        after = self.aftermaths.of(self.world, to_the_end=scenario.to_the_end, receipts=scenario.receipts)
        self.tally.runs += 1
        self.tally.duplicates += after.duplicates
        if not after.unknown or scenario.sender_gone:
            return after.broken
        if fault is None or hit is None or not may_be_unknown(hit, fault):
            return [*after.broken, f"UNKNOWN without need: {after.unknown}"]
        self.tally.unknown += len(after.unknown)
        self.tally.unsure[f"{hit.name}, {str(fault).partition(' ')[2]}"] += 1
        return after.broken


def _place(call: Call) -> tuple[object, ...]:
    return call.service, call.operation, call.what, call.place


def _difference(before: object, after: object) -> str:
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    parts = []
    for one, other in zip(before, after, strict=True):
        parts += [f"- {each}"[:200] for each in one if each not in other]
        parts += [f"+ {each}"[:200] for each in other if each not in one]
    return " ".join(parts)
