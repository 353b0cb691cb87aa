"""Saying that an instalment cannot be paid: on record before a breach, and mediation meets again."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.plan_stage import KEPT_TO
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.renegotiate import RENEGOTIATE


def _gate(visit: Visit) -> Response | None:
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if case.status in KEPT_TO:
        return None
    return visit.page("instead", t=words_of("journeys/renegotiate", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.repayment.renegotiate import Renegotiate

    new = Renegotiate(visit.wiring.timers).ask(visit.case(), sent)
    visit.wiring.telemetry.event("another plan asked for", case_id=str(visit.case_id), new=new)


ACT = Act(journey=RENEGOTIATE, carry_out=_carry_out, gate=_gate)
