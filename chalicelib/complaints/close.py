"""A complaint is closed once its decision has left in writing and nobody asks for a review any more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.tell import letter_left
from chalicelib.complaints.wake import wake
from chalicelib.domain import complaint_clock
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import Complaint, ComplaintStatus
from chalicelib.domain.errors import NotNow
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Close:
    """Closes complaints (invariant 11), and notes letters that left by hand."""

    timers: Timers

    def __call__(self, reference: str, actor: Actor, now: datetime, complaint_id: str = "") -> bool:
        """Close by a member of staff; returns False when it is closed already.

        Raises NotNow without the letter of its decision, while a review may be asked for or is not
        answered, NotInRole, NotImpartial, NotFound, Taken.
        """
        found = complaints.require(reference, complaint_id)
        standing.require_role(actor, Role.COMPLAINT_HANDLER, Role.SUPERVISOR)
        standing.require_impartial(found, actor)
        return self.by(found, actor.id, now)

    def by(self, found: Complaint, by: str, now: datetime) -> bool:
        """Close in somebody's name; see above."""
        if found.status == ComplaintStatus.CLOSED:
            return False
        standing.require(found, [ComplaintStatus.DECIDED, ComplaintStatus.REVIEW], "close it")
        if found.status == ComplaintStatus.REVIEW and not found.reviewed:
            raise NotNow("a review of {reference} was asked for; answer it first", reference=found.reference)
        if not found.reviewed:
            last = complaint_clock.ask_review_by(found, standing.profile_of(found))
            if found.day(now) <= last:
                raise NotNow(
                    "a review of {reference} may be asked for until {last}",
                    reference=found.reference,
                    last=last,
                )
        sent = letter_left(found)
        if sent is None:
            raise NotNow(
                "no letter of the decision on {reference} has left; send it first", reference=found.reference
            )
        after = replace(found, status=ComplaintStatus.CLOSED, letter_at=sent)
        wake(complaint_steps.take(found, after, Step("CLOSED", now, by)), self.timers)
        return True

    def letter_sent(
        self, reference: str, actor: Actor, how: str, now: datetime, complaint_id: str = ""
    ) -> bool:
        """Note that the letter of the decision was sent by hand, and `how`; returns False for a repeat."""
        found = complaints.require(reference, complaint_id)
        standing.require_role(actor, Role.COMPLAINT_HANDLER, Role.SUPERVISOR)
        standing.require(found, [ComplaintStatus.DECIDED, ComplaintStatus.REVIEW], "send its letter")
        if found.status == ComplaintStatus.REVIEW and not found.reviewed:
            raise NotNow("the review of {reference} is not answered yet", reference=found.reference)
        if found.letter_at:
            return False
        detail = {"how": standing.words(how, "how the letter was sent")}
        step = Step("LETTER", now, actor.id, detail)
        wake(complaint_steps.take(found, replace(found, letter_at=now), step), self.timers)
        return True
