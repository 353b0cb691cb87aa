"""What a machine hands to a task, and the end of a wait that is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import STAGE_OF
from chalicelib.domain.moments import LONG_AGO, from_stamp
from chalicelib.timers import Timers

NEXT = {
    Stage.NOTIFY: Stage.REMIND,
    Stage.REMIND: Stage.REMIND_AGAIN,
    Stage.REMIND_AGAIN: Stage.NO_RESPONSE,
    Stage.ANSWERED: Stage.LIMIT_PASSED,
}
"""Where the machine goes when a stage's time is over (infra/machines/case.asl.json)."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task's input: ids only.

    `entered` is when the machine entered the stage, by its own clock (machines of an older definition do not
    say it). `resume` and `seconds` come with waits
    alone; `step` and `at` (when it fell due, UTC) with a delivery.
    """

    case_id: CaseId
    stage: Stage
    token: str
    resume: Stage | None = None
    seconds: int = 0
    step: str = ""
    at: datetime | None = None
    entered: datetime = LONG_AGO

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> Task:
        """Return the task in a machine's payload; raises KeyError or ValueError when it is none."""
        resume, at, entered = (payload.get(name) for name in ("resume", "at", "entered"))
        return cls(
            CaseId.parse(payload["case_id"]),
            Stage(payload["stage"]),
            payload["token"],
            Stage(resume) if resume else None,
            int(payload.get("seconds", 0)),
            str(payload.get("step", "")),
            from_stamp(at) if at else None,
            datetime.fromisoformat(entered) if entered else LONG_AGO,
        )


def onward(task: Task) -> Stage:
    """Return where the machine goes when this wait's time is over; a stage of mediation looks again."""
    return task.resume or NEXT.get(task.stage, task.stage)


def follows(later: Stage, stage: Stage) -> bool:
    """Whether the machine comes to `later` when time alone leads it on from `stage`."""
    after = NEXT.get(stage)
    return after is not None and (after == later or follows(later, after))


def ended(task: Task, case: Case, timers: Timers) -> bool:
    """End the wait at once if the case needs none any more; returns whether it did.

    This is what heals a signal that was lost or came before the wait it was meant for.
    """
    if not case.is_open:
        return timers.settle(task.token) or True
    if case.answered and task.stage != STAGE_OF[case.status]:
        return timers.answer(task.token) or True
    return False
