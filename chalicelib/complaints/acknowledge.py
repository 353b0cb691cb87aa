"""A complaint is acknowledged: the complainant is told that it is here, and by when he has an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.tell import ACKNOWLEDGEMENT, tell
from chalicelib.complaints.wake import wake
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import Complaint, ComplaintStatus
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Acknowledges complaints: by its machine where it can write to who complains, else by staff."""

    timers: Timers

    def __call__(self, reference: str, actor: Actor, now: datetime, complaint_id: str = "") -> bool:
        """Acknowledge by staff, who write by hand to whom nothing else reaches; False for a repeat.

        Raises NotFound, NotInRole, NotImpartial, NotNow once it is ended, Taken when somebody was quicker.
        """
        found = complaints.require(reference, complaint_id)
        standing.require_role(actor, Role.COMPLAINT_HANDLER, Role.SUPERVISOR)
        standing.require_impartial(found, actor)
        return self.by(found, actor.id, now)

    def by(self, found: Complaint, by: str, now: datetime) -> bool:
        """Acknowledge in somebody's name, and tell the complainant; returns False when it was before."""
        if found.acknowledged_at:
            tell(found, ACKNOWLEDGEMENT, self.timers, found.acknowledged_at)  # its start may have been lost
            return False
        standing.require(found, [ComplaintStatus.RECEIVED], "acknowledge it")
        after = replace(found, status=ComplaintStatus.ACKNOWLEDGED, acknowledged_at=now)
        moved = complaint_steps.take(found, after, Step("ACKNOWLEDGED", now, by))
        tell(moved, ACKNOWLEDGEMENT, self.timers, now)
        wake(moved, self.timers)
        return True
