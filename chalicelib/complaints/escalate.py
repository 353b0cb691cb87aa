"""A complaint is escalated: a flag that supervisors see first, whatever its status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.wake import wake
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import ENDED, Complaint, ComplaintStatus
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Escalate:
    """Escalates complaints: by staff, or by the machine when a clock is missed."""

    timers: Timers

    def __call__(self, reference: str, actor: Actor, why: str, now: datetime, complaint_id: str = "") -> bool:
        """Escalate for a reason; returns False when it is escalated already. Raises NotInRole, NotNow."""
        found = complaints.require(reference, complaint_id)
        standing.require_role(actor, Role.COMPLAINT_HANDLER, Role.SUPERVISOR)
        if found.escalated:
            return False
        moved = flag(found, standing.words(why, "why it is escalated"), actor.id, now)
        wake(moved, self.timers)
        return True


def flag(found: Complaint, why: str, by: str, now: datetime) -> Complaint:
    """Put the flag on an open complaint and return it as it now is; raises NotNow, Taken."""
    standing.require(found, set(ComplaintStatus) - ENDED, "escalate it")
    return complaint_steps.take(
        found, replace(found, escalated=True), Step("ESCALATED", now, by, {"why": why})
    )
