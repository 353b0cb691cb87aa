"""A complaint gets its handler, who is never the person complained of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.wake import wake
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import UNDECIDED, ComplaintStatus
from chalicelib.domain.errors import NotImpartial
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Assigns handlers, and notes who else is complained of."""

    timers: Timers

    def __call__(
        self,
        reference: str,
        actor: Actor,
        now: datetime,
        *,
        handler: Actor | None = None,
        complaint_id: str = "",
    ) -> bool:
        """Give a complaint to `handler`, by default to who acts; returns False when it is his already.

        Who takes up what nobody acknowledged acknowledges it by that. Raises NotFound, NotInRole unless
        the handler is a complaint handler (and a supervisor gives it to another), NotImpartial, NotNow
        once it is decided, Taken.
        """
        found, taker = complaints.require(reference, complaint_id), handler or actor
        standing.require_role(taker, Role.COMPLAINT_HANDLER)
        if taker.id != actor.id:
            standing.require_role(actor, Role.SUPERVISOR)
        standing.require(found, UNDECIDED, "take it up")
        standing.require_impartial(found, taker)
        if found.handler == taker.id:
            return False
        later = found.status == ComplaintStatus.EXTENDED
        status = found.status if later else ComplaintStatus.INVESTIGATING
        since = found.acknowledged_at or now
        after = replace(found, status=status, handler=taker.id, acknowledged_at=since)
        step = Step("TAKEN", now, actor.id, {"handler": taker.id})
        wake(complaint_steps.take(found, after, step), self.timers)
        return True

    def name(self, reference: str, actor: Actor, person: str, now: datetime, complaint_id: str = "") -> bool:
        """Note that somebody (`person`: his id) is complained of; a handler so named loses the complaint.

        Returns False when he was named before. Raises NotImpartial when he decided it already: a review
        by another person is the way then.
        """
        found = complaints.require(reference, complaint_id)
        standing.require_role(actor, Role.COMPLAINT_HANDLER, Role.SUPERVISOR)
        if person in found.against:
            return False
        if found.decision and found.decision.by == person:
            raise NotImpartial(
                "{who} decided {reference}; have it reviewed by somebody else",
                who=person,
                reference=found.reference,
            )
        standing.require(found, UNDECIDED, "name somebody complained of")
        after = replace(found, against=found.against | {person})
        if found.handler == person:
            freed = found.status if found.status == ComplaintStatus.EXTENDED else ComplaintStatus.ACKNOWLEDGED
            after = replace(after, handler="", status=freed)
        wake(
            complaint_steps.take(found, after, Step("NAMED", now, actor.id, {"person": person})), self.timers
        )
        return True
