"""Asking for more time: recorded; with the other side's wish the limit moves."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.extend import EXTEND


def _gate(visit: Visit) -> Response | None:
    from chalicelib.mediation.extend import may_extend

    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if may_extend(case, visit.wiring.clock()):
        return None
    return visit.page("instead", t=words_of("journeys/extend", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.domain.agreement import Party
    from chalicelib.mediation.extend import Extend

    extended = Extend(visit.wiring.timers)(visit.case_id, Party.BORROWER, "borrower", sent.at)
    visit.wiring.telemetry.event("extension wanted", case_id=str(visit.case_id), extended=extended)


ACT = Act(journey=EXTEND, carry_out=_carry_out, gate=_gate)
