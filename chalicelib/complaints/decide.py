"""A complaint is decided by its handler; the letter tells the decision, its reasons and where to turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.tell import of_decision, tell
from chalicelib.complaints.wake import wake
from chalicelib.domain import complaint_clock
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import UNDECIDED, Complaint, ComplaintOutcome, ComplaintStatus, Decision
from chalicelib.domain.errors import NotInRole
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Decide:
    """Decides complaints; with the decision its hold on the case ends, in the same write."""

    timers: Timers

    def __call__(
        self,
        reference: str,
        actor: Actor,
        outcome: ComplaintOutcome,
        reasons: str,
        now: datetime,
        *,
        redress: str = "",
        accepted: bool = False,
        complaint_id: str = "",
    ) -> bool:
        """Decide for `reasons`; `redress` says what is made good. Returns False for a repeat.

        `accepted`: the complainant said, in whatever way, that he accepts this answer; within the profile's
        `complaint_summary` the complaint is resolved by that, and a summary goes instead of the whole letter.

        A late decision is a decision still: only the clock was missed. Raises NotInRole for anybody but
        its handler, NotImpartial, NotNow when it is decided or when redress is missing where something is
        upheld, NotFound, Taken when another was quicker.
        """
        found = complaints.require(reference, complaint_id)
        reasons = standing.words(reasons, "the reasons")
        if outcome != ComplaintOutcome.NOT_UPHELD:
            redress = standing.words(redress, "what is made good")
        early = accepted and complaint_clock.may_summarise(found, standing.profile_of(found), now)
        decision = Decision(outcome, reasons, redress.strip(), actor.id, now, summary=early)
        if found.decision and _is_same(found.decision, decision, accepted=accepted):
            tell(found, of_decision(found), self.timers, found.decision.at)  # its start may have been lost
            return False
        standing.require(found, UNDECIDED - {ComplaintStatus.RECEIVED}, "decide it")
        standing.require_role(actor, Role.COMPLAINT_HANDLER)
        standing.require_impartial(found, actor)
        if actor.id != found.handler:
            raise NotInRole(
                "{who} does not handle {reference}; take it up first",
                who=actor.name,
                reference=found.reference,
            )
        after = replace(found, status=ComplaintStatus.DECIDED, decision=decision)
        detail = {"outcome": outcome.value} | ({"accepted": "YES"} if accepted else {})
        moved = complaint_steps.take(found, after, Step("DECIDED", now, actor.id, detail))
        tell(moved, of_decision(moved), self.timers, now)
        wake(moved, self.timers)
        return True


def _is_same(before: Decision, decision: Decision, *, accepted: bool) -> bool:
    """Whether it was decided so before; the time for a summary may have ended since."""
    same = replace(before, at=decision.at, summary=decision.summary) == decision
    return same and (accepted or not before.summary)


def may_be_resolved(complaint: Complaint, now: datetime) -> bool:
    """Whether its decision, accepted at `now`, needs no more than a summary."""
    profile = standing.profile_of(complaint)
    return complaint.status in UNDECIDED and complaint_clock.may_summarise(complaint, profile, now)
