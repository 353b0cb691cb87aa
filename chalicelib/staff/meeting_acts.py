"""The acts of a mediation's meetings: times, booking, and the session itself."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.domain.codes import CaseStatus, Mode, Outcome
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import format_appointment
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Choice, Fault, Line, Words
from chalicelib.mediation import standing
from chalicelib.mediation.schedule import Offer, Schedule, latest_offer, open_times
from chalicelib.mediation.session import ENDINGS
from chalicelib.staff.act import Act, On
from chalicelib.staff.case_acts import REASON, among
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.store import cases, directory, session_notes
from chalicelib.store.session_notes import Note

_TIME = "%Y-%m-%d %H:%M"


def local_time(text: str) -> str:
    """Return a local time as it is kept, `2026-12-02 14:00`; raises Fault for any other form."""
    try:
        return datetime.strptime(text.replace("T", " "), _TIME).replace(tzinfo=UTC).strftime(_TIME)
    except ValueError:
        raise Fault("invalid") from None


def _offer(desk: Desk, about: str, answers: Answers) -> bool:
    """Offer times of the borrower's own clock; the same times offered last are not offered anew."""
    case = cases.get(CaseId.parse(about))
    if case.mediator is None:
        raise NotNow("case {case} has no mediator yet; assign one first", case=case.id)
    person, zone = directory.get(case.mediator), standing.zone_of(case)
    language = case.borrower.language if case.borrower.language in person.name else "zh-CN"
    typed = [said(answers, name) for name in ("time", "time_2", "time_3") if name in answers]
    local = [datetime.strptime(text, _TIME).replace(tzinfo=zone) for text in typed]
    given = Offer(
        times=tuple(sorted(time.astimezone(UTC) for time in local)),
        mode=Mode(said(answers, "mode")),
        mediator=person.name[language],
        organisation=person.organisation[language],
        qualifications=person.qualifications[language],
        ways={name: said(answers, name) for name in ("place", "link", "dial_in") if name in answers},
    )
    if latest_offer(case) == given:
        return False
    try:
        return Schedule(desk.timers).offer(case.id, given, desk.actor.id, desk.now)
    except ValueError as error:
        raise NotNow.like(error) from error


def _book(desk: Desk, about: str, answers: Answers) -> object:
    return Schedule(desk.timers).book(CaseId.parse(about), from_stamp(said(answers, "time")), desk.now)


def _open_times(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    case = cases.get(CaseId.parse(about))
    offer, zone = latest_offer(case), standing.zone_of(case)
    free = open_times(case, now) if offer else []
    return {"time": {stamp(at): format_appointment(at.astimezone(zone), language) for at in free}}


def _call_off(desk: Desk, about: str, answers: Answers) -> bool:
    reason = said(answers, "reason")
    return Schedule(desk.timers).call_off(CaseId.parse(about), desk.actor.id, reason, desk.now)


def _open(desk: Desk, about: str, answers: Answers) -> bool:
    return desk.session.open(CaseId.parse(about), desk.actor.id, desk.now)


def _adjourn(desk: Desk, about: str, answers: Answers) -> bool:
    return desk.session.adjourn(CaseId.parse(about), desk.actor.id, said(answers, "reason"), desk.now)


def _end(desk: Desk, about: str, answers: Answers) -> bool:
    outcome, reason = Outcome(said(answers, "outcome")), said(answers, "reason")
    return desk.session.end(CaseId.parse(about), outcome, desk.actor.id, reason, desk.now)


def _note(desk: Desk, about: str, answers: Answers) -> bool:
    note = Note(desk.actor.id, desk.now, said(answers, "text"))
    return session_notes.put(CaseId.parse(about), note, desk.key)


_FINDABLE = (CaseStatus.ASSIGNED, CaseStatus.SCHEDULED, CaseStatus.ADJOURNED)
_MEETS = (CaseStatus.SCHEDULED, CaseStatus.IN_SESSION)
_TALKS = (*_FINDABLE, CaseStatus.IN_SESSION, CaseStatus.DRAFTED)

MEETING_ACTS = (
    Act(
        name="offer_times",
        on=On.CASE,
        permission=Permission.SCHEDULE,
        run=_offer,
        statuses=among(*_FINDABLE),
        fields=(
            Line("time", 16, check=local_time),
            Line("time_2", 16, required=False, check=local_time),
            Line("time_3", 16, required=False, check=local_time),
            Choice("mode", tuple(mode.value for mode in Mode)),
            Line("place", 200, required=False),
            Line("link", 300, required=False),
            Line("dial_in", 60, required=False),
        ),
    ),
    Act(
        name="book",
        on=On.CASE,
        permission=Permission.SCHEDULE,
        run=_book,
        statuses=among(*_FINDABLE),
        fields=(Choice("time"),),
        offered=_open_times,
    ),
    Act(
        name="call_off",
        on=On.CASE,
        permission=Permission.SCHEDULE,
        run=_call_off,
        statuses=among(CaseStatus.SCHEDULED),
        fields=(REASON,),
    ),
    Act(
        name="open_session",
        on=On.CASE,
        permission=Permission.HOLD_SESSION,
        run=_open,
        statuses=among(CaseStatus.SCHEDULED),
        own=True,
    ),
    Act(
        name="adjourn",
        on=On.CASE,
        permission=Permission.HOLD_SESSION,
        run=_adjourn,
        statuses=among(*_MEETS),
        fields=(REASON,),
        own=True,
    ),
    Act(
        name="end_mediation",
        on=On.CASE,
        permission=Permission.HOLD_SESSION,
        run=_end,
        statuses=among(*_TALKS),
        fields=(Choice("outcome", tuple(one.value for one in ENDINGS)), REASON),
        own=True,
    ),
    Act(
        name="note",
        on=On.CASE,
        permission=Permission.HOLD_SESSION,
        run=_note,
        statuses=among(*_TALKS),
        fields=(Words("text", 4000, required=True),),
        own=True,
    ),
)
