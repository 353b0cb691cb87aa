"""One run of the sweep: an act with one fault, everybody's repeats, the sweeps, the invariants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.invariants import may_be_unknown, unknown, violations
from tests.faults.plane import Call, Fault, Mode
from tests.faults.scenarios import Scenario
from tests.faults.world import Snapshot, World

# A call that changes nothing looks the same whether its effect came or not.
_READS = ("GetItem", "Query", "GetSecretValue", "DescribeExecution")
_LASTING = (Mode.CONNECT, Mode.READ_TIMEOUT, Mode.THROTTLE, Mode.HTTP500)


@dataclass
class Tally:
    """What a sweep counted; `unsure` holds each (call, fault) after which a notice is UNKNOWN."""

    runs: int = 0
    duplicates: int = 0
    unknown: int = 0
    unsure: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.runs} runs, duplicates {self.duplicates}, unknown {self.unknown}"


def faults_of(calls: list[Call]) -> Iterator[Fault]:
    """Yield every way in which each call can fail: once, and for the rest of its invocation."""
    for number, call in enumerate(calls, 1):
        for mode in Mode:
            if mode == Mode.HTTP500_LOST and call.operation in _READS:
                continue
            yield Fault(number, mode)
            if mode in _LASTING:
                yield Fault(number, mode, lasting=True)


@dataclass
class Later:
    """What becomes of a world at rest; many faults leave the same world behind, and it has one future."""

    known: dict[str, list[str]] = field(default_factory=dict)

    def after(self, world: World, *, to_the_end: bool = True) -> list[str]:
        """Repeat everything, which must change nothing, and let time pass until all is over."""
        key = f"{to_the_end} {world.signature()}"
        if key not in self.known:
            self.known[key] = list(self._play(world, to_the_end))
        return self.known[key]

    def _play(self, world: World, to_the_end: bool) -> Iterator[str]:
        before = world.effects()
        world.redeliver_everything()
        if world.effects() != before:
            yield f"a repeat of everything had effects: {_difference(before, world.effects())}"
        if to_the_end:
            world.to_the_end()
            yield from (f"runs for ever: {one.name}" for one in world.machine.executions.values() if one.live)
        yield from (f"at the end: {each}" for each in violations(world))


@dataclass
class Memo:
    """What became of worlds seen before, right after the act and at rest."""

    acts: dict[str, tuple[list[str], list[tuple[str, ...]], int]] = field(default_factory=dict)
    later: Later = field(default_factory=Later)


@dataclass
class Sweep:
    """All faults of one scenario on one world."""

    world: World
    scenario: Scenario
    tally: Tally = field(default_factory=Tally)
    memo: Memo = field(default_factory=Memo)

    def start(self) -> tuple[Snapshot, list[Call]]:
        """Return the world before the act, and the act's calls when nothing fails."""
        world = self.world
        world.restore()
        self.scenario.prepare(world)
        refused, before = dict(world.providers.refuse), world.snapshot()
        self.refused = refused
        self._act(before, None)
        return before, list(world.plane.calls)

    def run(self) -> Iterator[str]:
        """Yield every violation as `scenario, fault at call: what`."""
        before, calls = self.start()
        yield from (f"{self.scenario}, no fault: {each}" for each in self._after(None))
        for fault in faults_of(calls):
            self._act(before, fault)
            hit = self.world.plane.hit
            assert hit is not None
            for each in self._after(fault):
                yield f"{self.scenario}, {fault} at {hit.name}: {each} {self.world.state.faults}"

    def _act(self, before: Snapshot, fault: Fault | None) -> None:
        self.world.restore(before)
        self.world.providers.refuse.update(self.refused)
        self.world.early_receipts = self.scenario.receipts == "early"
        with self.world.plane.armed(fault):
            self.scenario.act(self.world)

    def _after(self, fault: Fault | None) -> list[str]:
        key = f"{self.scenario.receipts} {self.scenario.to_the_end} {self.world.signature()}"
        if key not in self.memo.acts:
            if self.scenario.receipts == "late":
                self._receipts()
            self.world.settle()
            found = violations(self.world)
            unsure, duplicates = unknown(self.world), len(self.world.duplicates())
            found += self.memo.later.after(self.world, to_the_end=self.scenario.to_the_end)
            self.memo.acts[key] = (found, unsure, duplicates)
        found, unsure, duplicates = self.memo.acts[key]
        self.tally.runs += 1
        self.tally.duplicates += duplicates
        return found + self._unknown(fault, unsure)

    def _receipts(self) -> None:
        for delivery in list(self.world.providers.outbox):
            for word in ("DELIVERED", "ACCEPTED", "DELIVERED"):
                self.world.give_receipt(delivery, word)

    def _unknown(self, fault: Fault | None, found: list[tuple[str, ...]]) -> list[str]:
        self.tally.unknown += len(found)
        hit = self.world.plane.hit
        if not found or self.scenario.name == "sweep after a dead sender":
            return []
        if fault is None or hit is None or not may_be_unknown(hit, fault):
            return [f"UNKNOWN without need: {found}"]
        self.tally.unsure[f"{hit.name}, {str(fault).partition(' ')[2]}"] += 1
        return []


def _difference(before: object, after: object) -> str:
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    parts = []
    for one, other in zip(before, after, strict=True):
        parts += [f"- {each}"[:200] for each in one if each not in other]
        parts += [f"+ {each}"[:200] for each in other if each not in one]
    return " ".join(parts)
