"""The waits of the repayment machine: keep the token until something is paid or the time comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.domain.plan_stage import seen
from chalicelib.store import cases, plans, waits
from chalicelib.store.waits import Wait
from chalicelib.timers import Timers

_NEXT = {
    Stage.UPCOMING: Stage.DUE,
    Stage.DUE: Stage.GRACE,
    Stage.GRACE: Stage.BREACHED,
    Stage.HELD: Stage.GRACE,
    Stage.BREACHED: Stage.BREACHED,
}
"""Where time alone leads from a stage."""
_QUIET = frozenset({Stage.UPCOMING, Stage.HELD, Stage.BREACHED})
"""Stages in which no message is on its way for most of the time: nothing to be mended before their end."""


@dataclass(frozen=True, slots=True)
class AwaitPayment:
    """Lets an execution wait for a payment or for its own timeout."""

    timers: Timers
    clock: Callable[[], datetime]

    def __call__(self, payload: Mapping[str, Any]) -> None:
        """Store a wait of `seconds`, then end it at once if what it rests on (`seen`) has changed already.

        Storing first and looking after leaves no gap: a payment that comes in between finds the wait. The
        sweeper gets to see the case when there may be something to mend, so that plans of years cost it
        nothing.
        """
        case_id, stage = CaseId.parse(payload["case_id"]), Stage(payload["stage"])
        deadline = self.clock() + timedelta(seconds=int(payload["seconds"]))
        entered = datetime.fromisoformat(payload["entered"])
        leg, token = int(payload["leg"]), str(payload["token"])
        waits.put(Wait(case_id, stage, _NEXT[stage], token, deadline, entered, leg))
        case, plan = cases.get(case_id), plans.get(case_id)
        if not case.is_open:
            self.timers.settle(token)
        elif plan is None or seen(case, plan) != payload["seen"]:
            self.timers.answer(token)
        else:
            cases.file_under(case, deadline if stage in _QUIET else self.clock())
