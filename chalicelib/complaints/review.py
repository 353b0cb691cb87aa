"""A decision is reviewed because the complainant asks for it, by somebody other than who decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.tell import REVIEW, tell
from chalicelib.complaints.wake import wake
from chalicelib.domain import complaint_clock
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import Complaint, ComplaintOutcome, ComplaintStatus, Decision
from chalicelib.domain.errors import NotImpartial, TooLate
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Review:
    """Takes requests for a review, and its answer."""

    timers: Timers

    def ask(self, reference: str, why: str, now: datetime, complaint_id: str = "", sent: str = "") -> bool:
        """Ask, as the complainant, for a review; returns False when he asked before.

        `sent` is what he was told to call it by.

        Raises TooLate after the profile's term (`complaint_review_request`), NotNow unless it is decided.
        """
        found = complaints.require(reference, complaint_id)
        if found.review_by:
            return False
        standing.require(found, [ComplaintStatus.DECIDED], "ask for a review")
        if not may_ask(found, now):
            raise TooLate(
                "a review of {reference} could be asked for until the term was over",
                reference=found.reference,
            )
        by = complaint_clock.review_by(found, standing.profile_of(found), now)
        # What the letter of the first decision was is on record; the review needs a letter of its own.
        after = replace(found, status=ComplaintStatus.REVIEW, review_by=by, letter_at=None)
        detail = {"why": standing.words(why, "why"), "review_by": by.isoformat()}
        detail |= {"sent": sent} if sent else {}
        wake(complaint_steps.take(found, after, Step("REVIEW_ASKED", now, "", detail)), self.timers)
        return True

    def answer(
        self,
        reference: str,
        actor: Actor,
        outcome: ComplaintOutcome,
        reasons: str,
        now: datetime,
        *,
        redress: str = "",
        complaint_id: str = "",
    ) -> bool:
        """Answer a review: `outcome` is the decision that stands from now on. Returns False for a repeat.

        Raises NotImpartial for who decided or is complained of, NotInRole, NotNow, NotFound, Taken.
        """
        found = complaints.require(reference, complaint_id)
        reasons = standing.words(reasons, "the reasons")
        if outcome != ComplaintOutcome.NOT_UPHELD:
            redress = standing.words(redress, "what is made good")
        reviewed = Decision(outcome, reasons, redress.strip(), actor.id, now)
        if found.reviewed and replace(found.reviewed, at=now) == reviewed:
            tell(found, REVIEW, self.timers, found.reviewed.at)  # its start may have been lost
            return False
        self._require_reviewer(found, actor)
        after = replace(found, reviewed=reviewed)
        moved = complaint_steps.take(
            found, after, Step("REVIEWED", now, actor.id, {"outcome": outcome.value})
        )
        tell(moved, REVIEW, self.timers, now)
        wake(moved, self.timers)
        return True

    def _require_reviewer(self, found: Complaint, actor: Actor) -> None:
        standing.require(found, [ComplaintStatus.REVIEW], "answer its review")
        standing.require_role(actor, Role.COMPLAINT_HANDLER, Role.SUPERVISOR)
        standing.require_impartial(found, actor)
        deciders = {found.decision.by} if found.decision else set()
        deciders |= {found.reviewed.by} if found.reviewed else set()
        if actor.id in deciders | {found.handler}:
            raise NotImpartial(
                "{who} decided {reference}; somebody else must review it",
                who=actor.name,
                reference=found.reference,
            )


def may_ask(complaint: Complaint, now: datetime) -> bool:
    """Whether the complainant may ask for a review at `now`: once, within the profile's term."""
    if complaint.status != ComplaintStatus.DECIDED or complaint.review_by:
        return False
    return complaint.day(now) <= complaint_clock.ask_review_by(complaint, standing.profile_of(complaint))
