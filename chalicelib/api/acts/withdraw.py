"""Taking an application for mediation back: recorded; the case stays answered."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.mediation import UNDER_WAY
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.withdraw import WITHDRAW


def _gate(visit: Visit) -> Response | None:
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if case.status in UNDER_WAY:
        return None
    return visit.page("instead", t=words_of("journeys/withdraw", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.apply import Withdraw
    from chalicelib.store import drafts

    new = Withdraw(visit.wiring.timers)(visit.case_id, sent)
    for journey in ("apply", "reschedule"):  # what they confirmed is not so any more
        drafts.forget_sent(visit.subject, journey)
    visit.wiring.telemetry.event("application withdrawn", case_id=str(visit.case_id), new=new)


ACT = Act(journey=WITHDRAW, carry_out=_carry_out, gate=_gate)
