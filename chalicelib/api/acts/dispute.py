"""Disputing the amount or the debt: recorded and held at once, and the waiting case woken."""

from __future__ import annotations

from collections.abc import Mapping

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.dispute import DISPUTE
from chalicelib.telemetry import Metric


def _gate(visit: Visit) -> Response | None:
    case = visit.case()
    return None if case.is_open else views.closed(visit, case)


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.dispute import Dispute

    Dispute(visit.wiring.timers)(visit.case(), sent)
    visit.wiring.telemetry.count(Metric.DISPUTE)
    visit.wiring.telemetry.event("dispute received", case_id=str(visit.case_id), kind=sent.answers["kind"])


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    words = words_of("journeys/dispute", visit.language)["done"]
    rights = words["rights"][visit.case().profile]
    return {"next": (*words["always"], *rights), "links": words["links"]}


ACT = Act(journey=DISPUTE, carry_out=_carry_out, gate=_gate, confirmation=_confirmation)
