"""Each timer fires in time, each of its stoppers stops it, and a cancelled one never acts (invariant 22)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import profiles
from tests.timers.play import Kept, Play
from tests.timers.table import BOUNDS, HOLDS_ELSEWHERE, NOT_KEPT, TABLE, Act, Row

MACHINES = Path(__file__).parents[2] / "infra" / "machines"
STOPPED = [(row, name) for row in TABLE for name in row.stoppers]
KEPT = [(row, name) for row in TABLE for name in row.kept_by]
PROFILES = [version for name in ("CN", "GB", "US", "EU") for version in profiles.versions(name)]
CN = PROFILES[0]
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
MARGIN = timedelta(hours=1)


_walked: dict[tuple[bool, tuple[Act, ...]], Kept] = {}
"""Where roads have led, so that each stretch of them is walked once."""


def walk(play: Play, row: Row) -> None:
    """Come to where the timer runs."""
    play.receipts = row.receipts
    done = next(n for n in range(len(row.road), -1, -1) if not n or (row.receipts, row.road[:n]) in _walked)
    if done:
        play.put_back(_walked[row.receipts, row.road[:done]])
    for number in range(done, len(row.road)):
        row.road[number](play)
        play.run()
        _walked[row.receipts, row.road[: number + 1]] = play.keep()
    assert play.stage(row.machine) == row.stage
    assert not row.fired(play)


def failed(play: Play) -> list[str]:
    return [one.name for one in play.machine.executions.values() if one.status == "FAILED"]


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_it_fires_at_its_time_and_not_before(play: Play, row: Row) -> None:
    walk(play, row)
    play.to(row.due - timedelta(seconds=1))
    assert not row.fired(play)
    play.to(row.due)
    assert row.fired(play)
    assert failed(play) == []


@pytest.mark.parametrize(("row", "stopper"), STOPPED, ids=str)
def test_each_stopper_stops_it(play: Play, row: Row, stopper: str) -> None:
    walk(play, row)
    row.stoppers[stopper](play)
    play.run()
    play.to(row.due + MARGIN)
    assert not row.fired(play)
    assert failed(play) == []


@pytest.mark.parametrize(("row", "stopper"), STOPPED, ids=str)
def test_a_cancelled_one_never_acts(play: Play, row: Row, stopper: str) -> None:
    """The record is written and the signal is lost: the timer fires in the end, and finds the record."""
    walk(play, row)
    with play.deaf():
        row.stoppers[stopper](play)
    play.run()
    play.to(row.due + MARGIN)
    assert not row.fired(play)
    assert failed(play) == []


@pytest.mark.parametrize(("row", "act"), KEPT, ids=str)
def test_what_is_no_stopper_does_not_stop_it(play: Play, row: Row, act: str) -> None:
    walk(play, row)
    row.kept_by[act](play)
    play.run()
    play.to(row.due)
    assert row.fired(play)


# -- the table is whole


def waits() -> Iterator[tuple[str, str]]:
    for path in sorted(MACHINES.glob("*.asl.json")):
        states: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["States"]
        for name, state in states.items():
            if state.get("Resource", "").endswith(".waitForTaskToken"):
                yield path.name.removesuffix(".asl.json"), name


def test_every_wait_of_every_machine_is_in_the_table() -> None:
    assert set(waits()) == {(row.machine, row.stage) for row in TABLE}


def test_every_term_of_every_profile_is_in_the_table_or_said_not_to_be_kept() -> None:
    stated = {name for profile in PROFILES for name in profile.terms}
    rows = {name for row in TABLE for name in row.terms if "." not in name} - {"contact_window"}
    assert stated == rows | BOUNDS.keys() | NOT_KEPT.keys()
    assert not rows & (BOUNDS.keys() | NOT_KEPT.keys())


def test_every_round_of_messages_has_its_timer() -> None:
    rounds = {f"steps.{step.name}" for step in CN.steps}
    named = {name for row in TABLE for name in row.terms if name.startswith("steps.")}
    assert rounds == {name for name in named if name.count(".") == 1}


def test_every_hold_with_a_term_is_in_the_table() -> None:
    stated = {kind for profile in PROFILES for kind, hold in profile.holds.items() if hold.days}
    kept = {name.removeprefix("holds.") for row in TABLE for name in row.terms if name.startswith("holds.")}
    assert {f"{kind}" for kind in stated} == kept | HOLDS_ELSEWHERE
