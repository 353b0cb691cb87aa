"""A complainant takes his complaint back, in writing; nobody else can."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.complaints import standing
from chalicelib.complaints.wake import wake
from chalicelib.domain.complaint import ENDED, UNDECIDED, Complaint, ComplaintStatus
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Takes withdrawals; the hold on the case ends with them, in the same write."""

    timers: Timers

    def __call__(
        self,
        reference: str,
        words: str,
        now: datetime,
        *,
        by: str = "",
        complaint_id: str = "",
        sent: str = "",
    ) -> bool:
        """Withdraw with the complainant's own `words`; `by` is the staff's id when he wrote on paper.

        `sent` is what he was told to call it by.

        Returns False when it was withdrawn before. Raises NotNow without words or once it is closed.
        """
        found = complaints.require(reference, complaint_id)
        if found.status == ComplaintStatus.WITHDRAWN:
            return False
        standing.require(found, set(ComplaintStatus) - ENDED, "withdraw it")
        detail = {"words": standing.words(words, "that he withdraws it")} | ({"sent": sent} if sent else {})
        after = replace(found, status=ComplaintStatus.WITHDRAWN)
        wake(complaint_steps.take(found, after, Step("WITHDRAWN", now, by, detail)), self.timers)
        return True


def may_withdraw(complaint: Complaint) -> bool:
    """Whether taking it back is of use to whoever made it: until it is decided."""
    return complaint.status in UNDECIDED
