"""Wakes the execution that waits for a case, once what happened is on record."""

from __future__ import annotations

from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.store import waits
from chalicelib.timers import Timers


def wake(case_id: CaseId, timers: Timers, to: Stage | None = None) -> None:
    """End the wait of a case, so that its machine looks at it again; one that is over already stays so.

    Nothing is signalled when it waits in stage `to` already. If the signal fails, what was recorded stands
    and the sweeper wakes the execution.
    """
    wait = waits.get(case_id)
    if wait and to not in (wait.stage, wait.resume):
        timers.answer(wait.token)
