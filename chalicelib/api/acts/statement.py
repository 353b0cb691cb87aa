"""Stating one's case: on record beside the other side's, open to both."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.mediation import UNDER_WAY
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.statement import STATEMENT


def _gate(visit: Visit) -> Response | None:
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if case.status in UNDER_WAY:
        return None
    return visit.page("instead", t=words_of("journeys/statement", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.domain.agreement import Party
    from chalicelib.mediation.statements import state

    text = str(sent.answers["text"])
    new = state(visit.case_id, Party.BORROWER, text, sent.id, "borrower", sent.at, reference=sent.reference)
    visit.wiring.telemetry.event("case stated", case_id=str(visit.case_id), side="BORROWER", new=new)


ACT = Act(journey=STATEMENT, carry_out=_carry_out, gate=_gate)
