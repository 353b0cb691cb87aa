"""Wakes a case that waited for the end of a hold: what is due is decided anew, at once."""

from __future__ import annotations

from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.domain.plan_stage import STAGES
from chalicelib.store import waits
from chalicelib.timers import Timers


def go_on(case_id: CaseId, timers: Timers) -> None:
    """End the wait of a case that may go on now; lost, its own timer comes and finds what is on record."""
    wait = waits.get(case_id)
    if wait is None:
        return
    if wait.stage == Stage.AWAIT_WINDOW:
        timers.defer(wait.token, wait.resume, 1)
    elif wait.stage in STAGES:
        timers.answer(wait.token)
