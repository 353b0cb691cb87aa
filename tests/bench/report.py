"""The bench's numbers as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.bench.counts import PLAIN, Counts
from tests.bench.mediated import MediatedCounts
from tests.bench.senders import AIM_MS, NoticeCost
from tests.bench.speed import RIVAL, Speed

_SPEED = ("", "init", "first", "cold", "x", "warm", "x", "wall", "own", "AWS", "calls")
_COUNTS = ("phase", "calls", "WRU", "RRU", "by operation")


def speed_table(speeds: Iterable[Speed]) -> str:
    """Return who is how fast, and below it the product's own code beyond a bare handler's."""
    speeds = list(speeds)
    rows: list[tuple[str, ...]] = [_SPEED, ("", "ms", "ms", "ms", "", "us", "", "us", "us", "us", "")]
    for door in dict.fromkeys(one.door for one in speeds):
        rows += [(door, *[""] * 10), *(_speed_row(one) for one in speeds if one.door == door)]
    lines = [
        "CPU per process; cold = init + first event; x = ratio to the bare handler; wall = p50, AWS instant",
        "own and AWS: a warm event's CPU outside and inside botocore's calls",
        *_aligned(rows),
    ]
    return "\n".join([*lines, *_differences(speeds)])


def _speed_row(one: Speed) -> tuple[str, ...]:
    split = one.metered
    return (
        f"  {one.name}",
        f"{one.init_ms:.0f}",
        f"{one.first_ms:.1f}",
        f"{one.cold_ms:.0f}",
        _ratio(one.cold_ratio),
        f"{one.warm_us:.0f}",
        _ratio(one.warm_ratio),
        f"{one.wall_us:.0f}",
        f"{split.own_us:.0f}" if split else "",
        f"{split.aws_us:.0f}" if split else "",
        f"{split.calls}" if split else "",
    )


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _differences(speeds: Sequence[Speed]) -> list[str]:
    lines = []
    for one in speeds:
        rival = next(each for each in speeds if each.name == RIVAL and each.door == one.door)
        if one.name == "accord" and one.metered and rival.metered:
            more = one.metered.own_us - rival.metered.own_us
            lines.append(f"own code beyond the bare handler's, {one.door}: {more:.0f} us an event")
    return lines


def notices_table(notices: Iterable[NoticeCost]) -> str:
    """Return what a notice costs its sender, beside the aim."""
    rows: list[tuple[str, ...]] = [("", "CPU ms", "own", "AWS", "a call", "calls", "aim")]
    for one in notices:
        numbers = (one.cpu_ms, one.own_ms, one.aws_ms, one.aws_ms / one.calls)
        aim = f"<= {AIM_MS:g}: {'held' if one.cpu_ms <= AIM_MS else 'missed'}"
        rows.append((f"  {one.channel}", *(f"{number:.1f}" for number in numbers), str(one.calls), aim))
    return "\n".join(["CPU of one notice in send_notice, AWS instant; own and AWS as above", *_aligned(rows)])


def counts_table(counts: Counts) -> str:
    """Return what a plain case costs on AWS."""
    rows: list[tuple[str, ...]] = [_COUNTS]
    tallies = {**counts.phases, "plain case": counts.plain}
    for name in (*PLAIN, "plain case", *(name for name in counts.phases if name not in PLAIN)):
        tally = tallies[name]
        operations = ", ".join(f"{number} {call.partition(':')[2]}" for call, number in tally.calls.items())
        calls = str(sum(tally.calls.values()))
        rows.append((name, calls, str(tally.writes), f"{tally.reads:g}", operations))
    pages = ", ".join(f"{name} {size}" for name, size in counts.pages.items())
    lines = [
        *_aligned(rows),
        f"transitions: {len(counts.states)} ({', '.join(counts.states)})",
        f"head of the case: {counts.head_bytes} bytes; pages in bytes: {pages}",
    ]
    return "\n".join(lines)


def mediated_table(counts: MediatedCounts) -> str:
    """Return what a mediated case costs on AWS beyond its notices and its answer."""
    rows: list[tuple[str, ...]] = [("part", "calls", "WRU", "RRU", "transitions", "by operation")]
    for name, tally in {**counts.parts, "mediated case": counts.whole}.items():
        operations = ", ".join(f"{number} {call.partition(':')[2]}" for call, number in tally.calls.items())
        entered = counts.transitions.get(name, sum(counts.transitions.values()))
        numbers = (sum(tally.calls.values()), tally.writes, f"{tally.reads:g}", entered)
        rows.append((name, *map(str, numbers), operations))
    return "\n".join(_aligned(rows))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        numbers = (cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
        lines.append("  ".join((row[0].ljust(widths[0]), *numbers, row[-1])).rstrip())
    return lines
