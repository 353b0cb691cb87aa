"""Applying for mediation, once or anew: recorded, and the waiting case woken."""

from __future__ import annotations

from collections.abc import Mapping

from chalice import Response

from chalicelib.api import times, views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.shown import Shown
from chalicelib.api.visit import Visit
from chalicelib.domain.local_form import format_date
from chalicelib.forms.fields import Given
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.apply import APPLY
from chalicelib.store.facts import Fact
from chalicelib.telemetry import Metric


def _gate(visit: Visit) -> Response | None:
    from chalicelib.borrower.apply import application_of

    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if visit.path != "/my/form/apply" or "again" in visit.query:
        return None
    stands = application_of(case)
    return _already(visit, stands) if stands else None


def _already(visit: Visit, stands: Fact) -> Response:
    """Show the application that stands, and the ways to change it or take it back."""
    words = words_of("journeys/apply", visit.language)
    day = stands.at.astimezone(views.zone_of(visit.case())).date()
    given = Given(day, offers=times.chosen(visit, stands.detail))
    rows = Shown(words, given, visit.language).given_answers(APPLY.pages, stands.detail)
    told = {"reference": stands.detail["reference"], "on": format_date(day, visit.language)}
    return visit.page("instead", t=words["already"], rows=rows, told=told)


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.apply import Apply
    from chalicelib.store import drafts

    Apply(visit.wiring.timers)(visit.case_id, sent)
    drafts.forget_sent(visit.subject, "withdraw")
    visit.wiring.telemetry.count(Metric.APPLICATION)
    visit.wiring.telemetry.event(
        "mediation applied for", case_id=str(visit.case_id), mode=sent.answers["mode"]
    )


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    return {"links": words_of("journeys/apply", visit.language)["done"]["links"]}


ACT = Act(
    journey=APPLY,
    carry_out=_carry_out,
    offers=times.offers,
    kept=times.chosen,
    by_day=times.by_day,
    gate=_gate,
    confirmation=_confirmation,
)
