"""Not signing: recorded, nobody signs this text any more, and the mediator is told."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.decline import DECLINE


def _gate(visit: Visit) -> Response | None:
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if case.status == CaseStatus.SIGNING:
        return None
    return visit.page("instead", t=words_of("journeys/decline", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.store import agreements

    agreement = agreements.get(visit.case_id)
    if agreement is None:  # he said so a moment ago, or its time is over
        return
    visit.wiring.refuse(
        visit.case_id,
        agreement.digest,
        Party.BORROWER,
        sent.at,
        why=str(sent.answers.get("why", "")),
        reference=sent.reference,
    )
    visit.wiring.telemetry.event("signing refused", case_id=str(visit.case_id))


ACT = Act(journey=DECLINE, carry_out=_carry_out, gate=_gate)
