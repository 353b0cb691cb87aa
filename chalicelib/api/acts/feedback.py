"""Feedback: recorded, and the waiting case woken."""

from __future__ import annotations

from collections.abc import Mapping

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.contact import channels_offered
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind, Wish
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.feedback import FEEDBACK
from chalicelib.telemetry import Metric


def _gate(visit: Visit) -> Response | None:
    from chalicelib.store import facts

    case: Case = visit.case()
    # Who applied or disputed first has answered, and may still say why he is late.
    given = case.answered and facts.of(case.id, FactKind.FEEDBACK)
    return views.closed(visit, case) if given or not case.is_open else None


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.feedback import GiveFeedback
    from chalicelib.borrower.preferences import ask

    ask(visit.case(), sent.answers, sent.at)  # first, so that what is sent about the answer heeds it
    GiveFeedback(visit.wiring.timers)(visit.case_id, sent)
    visit.wiring.telemetry.count(Metric.FEEDBACK)
    visit.wiring.telemetry.event("feedback given", case_id=str(visit.case_id), wish=sent.answers["wish"])


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    """Return what happens next; who wants mediation may go on to arrange it."""
    words = words_of("journeys/feedback", visit.language)["done"]
    wish = sent.answers["wish"]
    more = {
        "next": (*words["always"], words["by_wish"][wish]),
        "links": [{"to": "/my/evidence", "text": words["documents"]}],
    }
    onward = {"go_on": {"to": "/my/form/apply", "text": words["apply"]}}
    return more | (onward if wish == Wish.YES else {})


ACT = Act(
    journey=FEEDBACK, carry_out=_carry_out, offers=channels_offered, gate=_gate, confirmation=_confirmation
)
