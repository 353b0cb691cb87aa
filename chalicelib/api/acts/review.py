"""Asking for a review: somebody other than who decided looks at it again, by the profile's term."""

from __future__ import annotations

from chalicelib.api.acts.of_complaints import act_on
from chalicelib.api.visit import Visit
from chalicelib.domain.complaint import Complaint
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.review import REVIEW


def _carry(visit: Visit, found: Complaint, sent: Submission) -> bool:
    from chalicelib.complaints.review import Review

    why = str(sent.answers["why"])
    return Review(visit.wiring.timers).ask(found.reference, why, sent.at, found.id, sent.reference)


ACT = act_on(REVIEW, _carry)
