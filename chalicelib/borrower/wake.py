"""Wakes the execution that waits for a borrower, once what he said is on record."""

from __future__ import annotations

from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.store import waits
from chalicelib.timers import Timers


def wake(case_id: CaseId, timers: Timers) -> None:
    """End the wait for an answer, so that no reminder follows; one that is over already stays so.

    If the signal fails, what he said stands and the sweeper wakes the execution.
    """
    wait = waits.get(case_id)
    if wait and Stage.ANSWERED not in (wait.stage, wait.resume):
        timers.answer(wait.token)
