"""Taking one's own complaint back: in writing, and then nobody handles it any more."""

from __future__ import annotations

from chalicelib.api.acts.of_complaints import act_on
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.complaint import Complaint
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.withdraw_complaint import WITHDRAW_COMPLAINT


def _carry(visit: Visit, found: Complaint, sent: Submission) -> bool:
    from chalicelib.complaints.withdraw import Withdraw

    said = words_of("complaint", visit.language)["sure"]
    words = f"{said}\n{sent.answers.get('why', '')}"
    act = Withdraw(visit.wiring.timers)
    return act(found.reference, words, sent.at, complaint_id=found.id, sent=sent.reference)


ACT = act_on(WITHDRAW_COMPLAINT, _carry)
