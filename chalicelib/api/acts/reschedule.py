"""Asking for other times: recorded for whoever arranges the meeting."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import times, views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.codes import FactKind
from chalicelib.domain.mediation import UNDER_WAY
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.reschedule import RESCHEDULE


def _gate(visit: Visit) -> Response | None:
    from chalicelib.store import facts

    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if case.status in UNDER_WAY or facts.of(case.id, FactKind.MEETING):
        return None
    return visit.page("instead", t=words_of("journeys/reschedule", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.apply import reschedule

    new = reschedule(visit.case_id, sent)
    visit.wiring.telemetry.event("other times asked for", case_id=str(visit.case_id), new=new)


ACT = Act(
    journey=RESCHEDULE,
    carry_out=_carry_out,
    offers=times.offers,
    kept=times.chosen,
    by_day=times.by_day,
    gate=_gate,
)
