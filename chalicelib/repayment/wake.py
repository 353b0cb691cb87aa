"""Wakes the execution that keeps a case to its plan, once what happened is on record."""

from __future__ import annotations

from chalicelib.domain.keys import CaseId
from chalicelib.domain.plan_stage import STAGES
from chalicelib.store import waits
from chalicelib.timers import Timers


def wake(case_id: CaseId, timers: Timers) -> None:
    """End the wait of a plan, so that it is looked at again at once; one that is over already stays so.

    If the signal is lost, the wait's own timer comes, and finds what is on record.
    """
    wait = waits.get(case_id)
    if wait and wait.stage in STAGES:
        timers.answer(wait.token)
