"""Writing in a mediation: recorded for the mediator and the other side, and for nobody else."""

from __future__ import annotations

from collections.abc import Mapping

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.errors import NotNow, Taken
from chalicelib.domain.mediation import may_write
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.message import MESSAGE


def _gate(visit: Visit) -> Response | None:
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if may_write(case):
        return None
    return visit.page("instead", t=words_of("journeys/message", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.domain.agreement import Party
    from chalicelib.mediation.messages import write

    text = str(sent.answers["text"])
    try:
        new = write(
            visit.case_id, Party.BORROWER, text, sent.id, "borrower", sent.at, reference=sent.reference
        )
    except NotNow as error:  # the mediation ended a moment ago: see what is to be had now
        raise Taken(str(error)) from error
    visit.wiring.telemetry.event("message written", case_id=str(visit.case_id), side="BORROWER", new=new)


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    return {"links": words_of("journeys/message", visit.language)["done"]["links"]}


ACT = Act(journey=MESSAGE, carry_out=_carry_out, gate=_gate, confirmation=_confirmation)
