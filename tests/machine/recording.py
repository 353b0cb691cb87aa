"""What executions of earlier definitions hold: recorded once, and kept for as long as one may still run.

A folder `recorded/{machine}/{name}` has a definition as it was deployed and, by stage, the input of an
execution that waits there and what its task was handed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.timers.play import Play
from tests.timers.table import TABLE, Row

RECORDED = Path(__file__).parent / "recorded"
DEFINITION = "definition.asl.json"
_NEW_EACH_TIME = ("token", "entered")


@dataclass(frozen=True)
class Recording:
    """One stage of one earlier definition."""

    machine: str
    name: str
    stage: str
    input: dict[str, Any]
    to: str
    handed: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.machine}, {self.name}: {self.stage}"

    @property
    def definition(self) -> dict[str, Any]:
        path = RECORDED / self.machine / self.name / DEFINITION
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    @property
    def row(self) -> Row:
        """The timer whose road leads there."""
        return row_of(self.machine, self.stage)

    def keep(self) -> None:
        path = RECORDED / self.machine / self.name / f"{self.stage}.json"
        said = {"input": self.input, "to": self.to, "handed": self.handed}
        path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def row_of(machine: str, stage: str) -> Row:
    return next(row for row in TABLE if (row.machine, row.stage) == (machine, stage))


def every() -> Iterator[Recording]:
    """Yield all recordings."""
    for path in sorted(RECORDED.glob("*/*/*.json")):
        if path.name != DEFINITION:
            said = json.loads(path.read_text(encoding="utf-8"))
            machine, name = path.parts[-3:-1]
            yield Recording(machine, name, path.stem, said["input"], said["to"], said["handed"])


def waits(definition: dict[str, Any]) -> list[str]:
    """Return the stages in which a definition waits."""
    states = definition["States"].items()
    return [name for name, state in states if state.get("Resource", "").endswith(".waitForTaskToken")]


def record(play: Play, machine: str, name: str, stage: str) -> Recording:
    """Return what an execution holds that has come to a stage."""
    one = play.last(machine)
    assert (one.state, one.live) == (stage, True)
    to, handed = next(each for each in reversed(play.told) if each[1]["token"] == one.token)
    return Recording(machine, name, stage, json.loads(one.given), to, handed)


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two tasks were handed the same, but for what is new each time."""
    return one.keys() == other.keys() and all(
        one[key] == other[key] for key in one.keys() - {*_NEW_EACH_TIME}
    )
