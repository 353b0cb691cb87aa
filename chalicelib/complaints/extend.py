"""The time to decide a complaint is extended: before it is over, approved, for a reason, and told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.letters import OF_LETTERS
from chalicelib.complaints.tell import EXTENSION, tell
from chalicelib.complaints.wake import wake
from chalicelib.domain import complaint_clock
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import UNDECIDED, Complaint, ComplaintStatus
from chalicelib.domain.errors import NeedsApproval, NotInRole, NotNow, TooLate
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Extend:
    """Extends the time of complaints (invariant 12)."""

    timers: Timers

    def __call__(
        self,
        reference: str,
        actor: Actor,
        approver: Actor,
        reason: str,
        now: datetime,
        complaint_id: str = "",
    ) -> bool:
        """Extend by what the profile gives, as `actor`, its handler, asks and `approver` approves.

        Returns False for a repeat of the same extension. Raises TooLate once the time is over,
        NeedsApproval unless a supervisor other than the handler approves, NotNow without a reason or when
        the law gives no more time, NotInRole, NotImpartial, NotFound, Taken.
        """
        found = complaints.require(reference, complaint_id)
        given = standing.words(reason, "why more time is needed")
        if found.extensions and self._is_same(found, actor, approver, given):
            tell(found, EXTENSION, self.timers, _last(found).at)  # its start may have been lost
            return False
        standing.require(found, UNDECIDED - {ComplaintStatus.RECEIVED}, "extend it")
        self._require_approval(found, actor, approver)
        longer = complaint_clock.extended_to(found, standing.profile_of(found))
        if complaint_clock.is_over(found, now):
            raise TooLate(
                "the time to decide {reference} ended with {day}; decide now",
                reference=found.reference,
                day=found.decide_by,
            )
        if longer is None:
            raise NotNow(
                "the law gives no more time for {reference}; decide by {day}",
                reference=found.reference,
                day=found.decide_by,
            )
        after = replace(
            found, status=ComplaintStatus.EXTENDED, decide_by=longer, extensions=found.extensions + 1
        )
        detail = {"approved_by": approver.id, "reason": given, "decide_by": longer.isoformat()}
        moved = complaint_steps.take(found, after, Step("EXTENDED", now, actor.id, detail))
        tell(moved, EXTENSION, self.timers, now)
        wake(moved, self.timers)
        return True

    def _is_same(self, found: Complaint, actor: Actor, approver: Actor, reason: str) -> bool:
        last = _last(found)
        same = (last.name, last.by, last.detail.get("approved_by"), last.detail.get("reason"))
        return same == ("EXTENDED", actor.id, approver.id, reason)

    def _require_approval(self, found: Complaint, actor: Actor, approver: Actor) -> None:
        if not found.handler or actor.id != found.handler:
            raise NotInRole(
                "{who} does not handle {reference}; its handler asks for more time",
                who=actor.name,
                reference=found.reference,
            )
        for each in (actor, approver):
            standing.require_impartial(found, each)
        if Role.SUPERVISOR not in approver.roles or approver.id in (found.handler, actor.id):
            raise NeedsApproval("a supervisor other than the handler has to approve more time")


def _last(found: Complaint) -> Step:
    """Return the last act on a complaint; what only tells of letters is none."""
    return [step for _, step in complaint_steps.of(found) if step.name not in OF_LETTERS][-1]
