"""Objecting to the mediator: recorded, a meeting ahead is called off, and somebody else is assigned."""

from __future__ import annotations

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act, Offers
from chalicelib.api.introduced import mediator_of, named
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.errors import NotNow, Taken
from chalicelib.forms.journey import Answers, PageAnswers, Submission
from chalicelib.forms.journeys.object import OBJECT


def _offers(visit: Visit) -> Offers:
    """Return whom he can object to: the mediator of the moment, and nobody before him."""
    found = mediator_of(visit, visit.case())
    return {"mediator": {found["id"]: found["name"]} if found else {}}


def _kept(visit: Visit, answers: Answers) -> Offers:
    who = str(answers["mediator"])
    return {"mediator": {who: named(visit, who)["name"]}}


def _settled(visit: Visit) -> PageAnswers:
    found = mediator_of(visit, visit.case())
    return {"mediator": {"mediator": found["id"]}} if found else {}


def _gate(visit: Visit) -> Response | None:
    from chalicelib.domain.agreement import Party
    from chalicelib.mediation.assign import may_object

    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if may_object(case, Party.BORROWER):
        return None
    words = words_of("journeys/object", visit.language)
    return visit.page("instead", t=words["spent" if _offers(visit)["mediator"] else "nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.domain.agreement import Party
    from chalicelib.mediation.assign import Objection, Reassign

    said = {"reference": sent.reference, **sent.answers}
    why = str(sent.answers.get("why", "")) or str(sent.answers["ground"])
    objection = Objection(Party.BORROWER, "borrower", str(said["mediator"]), why, said)
    try:
        found = Reassign(visit.wiring.timers).object_to(visit.case_id, objection, sent.at)
    except NotNow as error:  # the session began, or he was replaced, a moment ago: see what is to be had now
        raise Taken(str(error)) from error
    visit.wiring.telemetry.event("mediator objected to", case_id=str(visit.case_id), another=found)


ACT = Act(journey=OBJECT, carry_out=_carry_out, offers=_offers, kept=_kept, settled=_settled, gate=_gate)
