"""The tasks of the complaint machine: where a complaint goes next, and its waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.complaints.steer import Leg, Steer
from chalicelib.complaints.wake import seen
from chalicelib.domain.moments import from_stamp
from chalicelib.store import complaint_waits, complaints
from chalicelib.store.complaint_waits import ComplaintWait
from chalicelib.telemetry import Telemetry
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class SteerComplaint:
    """Steers the executions of complaints."""

    steer: Steer
    telemetry: Telemetry

    def __call__(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the next stage and its seconds, what it rests on, and how often this leg has looked."""
        began, rounds = from_stamp(payload["began"]), int(payload["rounds"])
        leg = Leg(payload["complaint"], payload["id"], int(payload["leg"]), began, rounds)
        coming = self.steer(leg)
        stage = coming.stage.value
        self.telemetry.event("complaint looked at", reference=leg.reference, leg=leg.number, stage=stage)
        return {"stage": stage, "seconds": coming.seconds, "seen": coming.seen, "rounds": rounds + 1}


@dataclass(frozen=True, slots=True)
class AwaitAct:
    """Lets an execution wait for an act on its complaint or for its own timeout."""

    timers: Timers
    clock: Callable[[], datetime]

    def __call__(self, payload: Mapping[str, Any]) -> None:
        """Store a wait of `seconds`, then end it at once if what it rests on (`seen`) has changed already.

        Storing first and looking after leaves no gap: an act that comes in between finds the wait.
        """
        deadline = self.clock() + timedelta(seconds=int(payload["seconds"]))
        reference, complaint_id, token = payload["complaint"], payload["id"], str(payload["token"])
        leg, rests = int(payload["leg"]), str(payload["seen"])
        complaint_waits.put(
            ComplaintWait(reference, complaint_id, payload["stage"], token, rests, deadline, leg)
        )
        if seen(complaints.require(reference, complaint_id)) != rests:
            self.timers.answer(token)
