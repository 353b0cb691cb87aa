"""The borrower's meeting and his plan."""

from __future__ import annotations

import hashlib
from typing import Any

from chalice import Blueprint, Response

from chalicelib.api.calendar_file import Event, calendar_file
from chalicelib.api.files import CALENDAR, attachment
from chalicelib.api.introduced import mediator_of
from chalicelib.api.opened import Opened, open_case, regulator
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit, Who, visited
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import UNDER_WAY, may_write
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.plan_stage import KEPT_TO
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.texts.plain import plain, require_link

my_mediation = Blueprint(__name__)


@my_mediation.route("/my/meeting", methods=["GET"])
@visited(my_mediation, Who.BORROWER)
def meeting(visit: Visit) -> Response:
    """Show when, how, where and with whom; or that nothing is arranged yet."""
    opened = open_case(visit)
    found = opened.mine.stand.meeting
    shown = _meeting(opened, found) if found else None
    mediator = mediator_of(visit, opened.mine.stand.case)
    talk = may_write(opened.mine.stand.case)
    return visit.page("meeting", m=shown, mediator=mediator, talk=talk, desk=regulator(opened))


@my_mediation.route("/my/meeting.ics", methods=["GET"])
@visited(my_mediation, Who.BORROWER)
def meeting_file(visit: Visit) -> Response:
    """Hand out the meeting for the borrower's own calendar."""
    stand = open_case(visit).mine.stand
    if stand.meeting is None:
        raise NotFound("no meeting yet")
    event = _event(visit, visit.case_id, stand.meeting)
    return attachment(visit, calendar_file(event, stand.now), CALENDAR, "meeting.ics")


@my_mediation.route("/my/statements", methods=["GET"])
@visited(my_mediation, Who.BORROWER)
def statements(visit: Visit) -> Response:
    """Show what each side has stated, and the way to state something oneself."""
    opened = open_case(visit)
    said = [
        (fact.which[0], opened.on(fact.at), [plain(line) for line in fact.detail["text"].splitlines()])
        for fact in opened.mine.of(FactKind.STATEMENT)
    ]
    return visit.page("statements", said=said, open=visit.case().status in UNDER_WAY)


@my_mediation.route("/my/plan", methods=["GET"])
@visited(my_mediation, Who.BORROWER)
def plan(visit: Visit) -> Response:
    """Show what is to be paid and when; or that there is no plan yet."""
    opened = open_case(visit)
    found = opened.mine.stand.plan
    pay = visit.wiring.lender(visit.case().lender).text("pay_channel", visit.language)
    return visit.page("plan", p=_plan(opened, found) if found else None, pay=pay)


def _meeting(opened: Opened, found: Meeting) -> dict[str, Any]:
    stand = opened.mine.stand
    state = "cancelled" if found.cancelled else "held" if found.was_held(stand.now) else "ahead"
    return {
        "state": state,
        "at": opened.appointment(found.at),
        "left": opened.left(stand.day(found.at)),
        "minutes": found.minutes,
        "mode": found.mode.value,
        "link": require_link(found.link),
        "parties": [plain(each) for each in found.parties],
        **{
            name: plain(getattr(found, name))
            for name in ("mediator", "organisation", "qualifications", "place", "dial_in")
        },
    }


def _event(visit: Visit, case_id: CaseId, found: Meeting) -> Event:
    """Return a meeting under a neutral title: whoever sees the calendar learns of no debt."""
    words = words_of("meeting", visit.language)["calendar"]
    name = hashlib.sha256(f"{case_id}\0{found.number}".encode()).hexdigest()[:24]
    return Event(
        uid=f"{name}@accord",
        sequence=found.sequence,
        starts=found.at,
        ends=found.ends_at,
        title=words["title"],
        description=words["description"],
        place=plain(found.place or found.dial_in),
        link=require_link(found.link),
        cancelled=found.cancelled,
    )


def _plan(opened: Opened, found: RepaymentPlan) -> dict[str, Any]:
    stand, due = opened.mine.stand, found.next_due

    def money(minor: int) -> str:
        return opened.money(minor, found.currency)

    return {
        "total": money(found.total),
        "remaining": money(found.remaining),
        "paid": money(found.total - found.remaining),
        "lump": found.is_lump_sum,
        "done": not found.remaining,
        "next": {"open": money(due.open), "due": opened.day(due.due)} if due else None,
        "in_force": stand.case.status in KEPT_TO,
        "broken": stand.case.status == CaseStatus.BREACHED,
        "rows": [
            {
                "number": each.number,
                "due": opened.day(each.due),
                "amount": money(each.amount),
                "open": money(each.open) if each.paid and each.open else "",
                "state": each.state(stand.today).value,
            }
            for each in found.instalments
        ],
    }
