"""Where a mediation stands, who is at work on it, and which of its timers runs out next (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Stage
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.profile import Profile

STAGE_OF = {
    CaseStatus.FEEDBACK: Stage.ANSWERED,
    CaseStatus.APPLIED: Stage.ACCEPTANCE,
    CaseStatus.ACCEPTED: Stage.ASSIGNMENT,
    CaseStatus.ASSIGNED: Stage.SCHEDULING,
    CaseStatus.ADJOURNED: Stage.SCHEDULING,
    CaseStatus.SCHEDULED: Stage.MEETING,
    CaseStatus.IN_SESSION: Stage.SESSION,
    CaseStatus.DRAFTED: Stage.DRAFTING,
    CaseStatus.SIGNING: Stage.SIGNATURE,
    CaseStatus.PLAN_ACTIVE: Stage.PLAN_ACTIVE,
    CaseStatus.BREACHED: Stage.PLAN_ACTIVE,
    CaseStatus.CLOSED: Stage.CLOSED,
}
"""In which stage of the case machine an answered case waits."""
UNDER_WAY = (
    CaseStatus.APPLIED,
    CaseStatus.ACCEPTED,
    CaseStatus.ASSIGNED,
    CaseStatus.SCHEDULED,
    CaseStatus.IN_SESSION,
    CaseStatus.ADJOURNED,
    CaseStatus.DRAFTED,
    CaseStatus.SIGNING,
)
"""The statuses of a mediation from its application until all have signed."""
UNDECIDED = UNDER_WAY[:2]
"""Those in which staff are awaited: no clock alone ends what the borrower has applied for (invariant 23)."""
CHAIRED = UNDER_WAY[2:]
"""Those in which it has a mediator, so that the next act is his."""
REPLACEABLE = (CaseStatus.ASSIGNED, CaseStatus.SCHEDULED, CaseStatus.ADJOURNED)
"""Those in which a side may object to him, and somebody else can take over: between sessions."""


OF_SESSIONS = frozenset({FactKind.MESSAGE})
"""What is said in a session: it goes to nobody but its mediator and the two sides (invariant 24)."""


def may_write(case: Case) -> bool:
    """Whether its mediator and the two sides may write to each other: from his assignment to the end."""
    return case.status in CHAIRED and case.mediator is not None


CASE_STAFF = "CASE_STAFF"
"""The worklist of those who accept and assign."""


class Due(StrEnum):
    """What happens when a timer runs out: somebody is late, somebody is reminded, or time ends the case."""

    ACCEPTANCE_LATE = "ACCEPTANCE_LATE"
    ASSIGNMENT_LATE = "ASSIGNMENT_LATE"
    MEETING_REMINDER = "MEETING_REMINDER"
    MEETING_REMINDER_LAST = "MEETING_REMINDER_LAST"
    RESULT_LATE = "RESULT_LATE"
    UNSIGNED = "UNSIGNED"
    LIMIT = "LIMIT"


ENDS = {Due.UNSIGNED, Due.LIMIT}
"""Timers that close the case; the others only tell somebody."""
REMINDERS = {Due.MEETING_REMINDER: 1, Due.MEETING_REMINDER_LAST: 2}


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that falls due at a moment (UTC)."""

    due: Due
    at: datetime


def timers(case: Case, meeting: Meeting | None, profile: Profile, zone: ZoneInfo) -> list[Timer]:
    """Return the timers of a mediation where it stands now, in order; none when it is not under way.

    `meeting` is the latest one, `zone` the borrower's. Terms in days end with the borrower's own day.
    """
    if case.since is None or case.status not in UNDER_WAY:
        return []
    found = [*_own(case, case.since, meeting, profile, zone)]
    if case.status != CaseStatus.SIGNING:  # an agreement reached in time has its own days to be signed
        found.append(Timer(Due.LIMIT, limit_of(case, profile)))
    return sorted(found, key=lambda timer: timer.at)


def standing(case: Case, meeting: Meeting | None, profile: Profile, zone: ZoneInfo, now: datetime) -> Case:
    """Return a case with whose turn it is and by when, as its status and mediator say."""
    turn = None
    if case.status in UNDER_WAY or case.status == CaseStatus.BREACHED:
        turn = case.mediator if case.status in CHAIRED and case.mediator else CASE_STAFF
    soonest = next_timer(timers(case, meeting, profile, zone), now)
    due_at = (soonest.at if soonest else now) if turn else None
    return replace(case, worklist=turn, due_at=due_at)


def _own(
    case: Case, since: datetime, meeting: Meeting | None, profile: Profile, zone: ZoneInfo
) -> Iterator[Timer]:
    if case.status == CaseStatus.APPLIED:
        yield Timer(Due.ACCEPTANCE_LATE, end_of_term("acceptance", since, profile, zone))
    if case.status == CaseStatus.ACCEPTED:
        yield Timer(Due.ASSIGNMENT_LATE, end_of_term("assignment", since, profile, zone))
    if case.status == CaseStatus.SCHEDULED and meeting and not meeting.cancelled:
        for due, term in (
            (Due.MEETING_REMINDER, "meeting_reminder"),
            (Due.MEETING_REMINDER_LAST, "meeting_reminder_last"),
        ):
            yield Timer(due, meeting.at - timedelta(seconds=profile.term(term).seconds))
        yield Timer(Due.RESULT_LATE, meeting.ends_at)
    if case.status == CaseStatus.SIGNING:
        yield Timer(Due.UNSIGNED, end_of_term("signature", since, profile, zone))


def end_of_term(name: str, since: datetime, profile: Profile, zone: ZoneInfo) -> datetime:
    """Return the moment at which the last local day of a term that began at `since` is over."""
    return end_of_day(profile.last_day(name, since.astimezone(zone).date()), zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a local day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def limit_of(case: Case, profile: Profile) -> datetime:
    """Return until when a mediation may take: until it is accepted, counted from its application."""
    if case.limit_at:
        return case.limit_at
    return (case.since or case.opened_at) + timedelta(seconds=profile.answered_wait)


def next_timer(found: list[Timer], now: datetime) -> Timer | None:
    """Return the first timer that still lies ahead."""
    return next((timer for timer in found if timer.at > now), None)


def fallen_due(found: list[Timer], now: datetime) -> list[Timer]:
    """Return the timers that have run out and still mean something, in order.

    A reminder is overtaken by the next timer of its meeting: nobody is reminded of what has begun.
    """
    past = [timer for timer in found if timer.at <= now]
    return [timer for timer in past if timer.due not in REMINDERS or timer == past[-1]]
