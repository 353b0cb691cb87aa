"""Choosing a time: booked at once, or asked again when somebody was quicker."""

from __future__ import annotations

from collections.abc import Mapping

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act, Offers
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.local_form import format_appointment
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.meeting_time import MEETING_TIME


def _offers(visit: Visit) -> Offers:
    from chalicelib.mediation.schedule import open_times

    case = visit.case()
    zone = views.zone_of(case)
    return {
        "time": {
            stamp(time): format_appointment(time.astimezone(zone), visit.language, region=case.profile)
            for time in open_times(case, visit.wiring.clock())
        }
    }


def _gate(visit: Visit) -> Response | None:
    from chalicelib.mediation.schedule import BOOKABLE

    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    if case.status in BOOKABLE and _offers(visit)["time"]:
        return None
    return visit.page("instead", t=words_of("journeys/meeting_time", visit.language)["nothing"])


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.mediation.schedule import Schedule

    at = from_stamp(str(sent.answers["time"]))
    meeting = Schedule(visit.wiring.timers).book(visit.case_id, at, sent.at)
    visit.wiring.telemetry.event(
        "meeting booked", case_id=str(visit.case_id), number=meeting.number, sequence=meeting.sequence
    )


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    return {"links": words_of("journeys/meeting_time", visit.language)["done"]["links"]}


ACT = Act(journey=MEETING_TIME, carry_out=_carry_out, offers=_offers, gate=_gate, confirmation=_confirmation)
