"""Commenting on a draft: recorded for the mediator and the other side to read."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.errors import OutOfTurn
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.comment import COMMENT


def _gate(visit: Visit) -> Response | None:
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if case.status == CaseStatus.DRAFTED:
        return None
    return visit.page("instead", t=words_of("journeys/comment", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.mediation.agreement.draft import by_borrower, comment
    from chalicelib.store import agreement_drafts

    draft = agreement_drafts.get(visit.case_id)
    if draft is None:
        raise OutOfTurn("there is no draft to comment on")
    new = comment(
        visit.case_id, draft.number, by_borrower(sent.id, sent.reference, str(sent.answers["text"]), sent.at)
    )
    visit.wiring.wake(visit.case_id)
    visit.wiring.telemetry.event("draft commented on", case_id=str(visit.case_id), new=new)


ACT = Act(journey=COMMENT, carry_out=_carry_out, gate=_gate)
