"""The task of AwaitWindow, Answered and mediation's stages: keep the token and its deadline, and wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.codes import Stage
from chalicelib.store import cases, waits
from chalicelib.store.waits import Wait
from chalicelib.timers import Timers
from chalicelib.workflow.steer import overtaken
from chalicelib.workflow.task import Task, ended, onward


@dataclass(frozen=True, slots=True)
class AwaitSignal:
    """Lets one execution wait for a signal or its own timeout."""

    timers: Timers
    clock: Callable[[], datetime]

    def __call__(self, task: Task) -> None:
        """Store the wait of `task.seconds` seconds, then end it at once if what it waits for has happened.

        Storing first and looking after leaves no gap: a signal that comes in between finds the wait.
        """
        deadline = self.clock() + timedelta(seconds=task.seconds)
        waits.put(Wait(task.case_id, task.stage, onward(task), task.token, deadline, task.entered))
        case = cases.get(task.case_id)
        if not ended(self._answered(task), case, self.timers) and overtaken(case, deadline, self.clock()):
            self.timers.answer(task.token)

    def _answered(self, task: Task) -> Task:
        """A window that leads back to Answered is part of it: the answer is known there already."""
        if task.resume != Stage.ANSWERED:
            return task
        return replace(task, stage=Stage.ANSWERED)
