"""How far a case has come, what happens next and by when, and what the borrower may do now (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, HoldKind
from chalicelib.domain.mediation import UNDER_WAY, may_write
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.profile import Profile
from chalicelib.domain.repayment_plan import RepaymentPlan


class Milestone(StrEnum):
    """The way of a case that goes to mediation, in order."""

    NOTICE = "NOTICE"
    FEEDBACK = "FEEDBACK"
    APPLICATION = "APPLICATION"
    ACCEPTED = "ACCEPTED"
    MEDIATOR = "MEDIATOR"
    MEETING = "MEETING"
    AGREEMENT = "AGREEMENT"
    PLAN = "PLAN"


class Next(StrEnum):
    """What a case waits for."""

    SETTLED = "SETTLED"
    CLOSED = "CLOSED"
    CHECK = "CHECK"
    INSTALMENT = "INSTALMENT"
    PAID = "PAID"
    SIGNATURE = "SIGNATURE"
    OTHER_SIGNATURES = "OTHER_SIGNATURES"
    MEETING = "MEETING"
    RESULT = "RESULT"
    ACCEPTANCE = "ACCEPTANCE"
    CHOICE = "CHOICE"
    ARRANGEMENT = "ARRANGEMENT"
    READING = "READING"
    REPLY = "REPLY"


class Doing(StrEnum):
    """What a borrower may do; the order is that of the page."""

    REPLY = "REPLY"
    CHOOSE = "CHOOSE"
    APPLY = "APPLY"
    STATE = "STATE"
    TALK = "TALK"
    RESCHEDULE = "RESCHEDULE"
    EVIDENCE = "EVIDENCE"
    ASK = "ASK"
    DISPUTE = "DISPUTE"
    CONTACT = "CONTACT"
    EXTEND = "EXTEND"
    WITHDRAW = "WITHDRAW"
    COMPLAIN = "COMPLAIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """All that decides where a case stands at `now`, days by the borrower's `zone`.

    `accepted_at` and `arranged_at` are when his application was accepted and a mediator named; `limit_at`
    until when an answered case waits for what comes of it; `offered_at` when times to meet were last
    offered, `extended` whether its time was; moments are UTC.
    """

    case: Case
    zone: ZoneInfo
    now: datetime
    answered_at: datetime | None = None
    applied_at: datetime | None = None
    accepted_at: datetime | None = None
    arranged_at: datetime | None = None
    plan_at: datetime | None = None
    offered_at: datetime | None = None
    extended: bool = False
    limit_at: datetime | None = None
    meeting: Meeting | None = None
    agreement: Agreement | None = None
    plan: RepaymentPlan | None = None

    def day(self, moment: datetime) -> date:
        """Return the borrower's own day of a moment."""
        return moment.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        """The borrower's own day."""
        return self.day(self.now)


def reached(stand: Stand) -> dict[Milestone, datetime]:
    """Return when each milestone behind was reached; who has a mediator was accepted before."""
    meeting, agreement = stand.meeting, stand.agreement
    moments = {
        Milestone.NOTICE: stand.case.noticed_at,
        Milestone.FEEDBACK: stand.answered_at,
        Milestone.APPLICATION: stand.applied_at,
        Milestone.ACCEPTED: stand.accepted_at or stand.arranged_at,
        Milestone.MEDIATOR: stand.arranged_at,
        Milestone.MEETING: meeting.at if meeting and meeting.was_held(stand.now) else None,
        Milestone.AGREEMENT: agreement.in_force_since if agreement else None,
        Milestone.PLAN: stand.plan_at if stand.plan and not stand.plan.remaining else None,
    }
    return {milestone: at for milestone, at in moments.items() if at}


def current(stand: Stand) -> Milestone | None:
    """Return the milestone the case is on its way to: none once it is closed, or while he has not applied.

    After an answer without an application the next step is his own choice, so nothing is under way.
    """
    if not stand.case.is_open:
        return None
    behind = reached(stand)
    ahead = [milestone for milestone in Milestone if milestone not in behind]
    if not ahead or (stand.case.status == CaseStatus.FEEDBACK and ahead[0] == Milestone.APPLICATION):
        return None
    return ahead[0]


def what_next(stand: Stand, profile: Profile) -> tuple[Next, date | None]:
    """Return what the case waits for and the borrower's local day by which, None when no day is set."""
    case = stand.case
    if not case.is_open:
        return (Next.SETTLED if case.outcome == "SETTLED_OUTSIDE" else Next.CLOSED), None
    if case.held(stand.now) - {HoldKind.HARDSHIP, HoldKind.COMPLAINT}:
        return Next.CHECK, None
    if stand.plan:
        due = stand.plan.next_due
        return (Next.INSTALMENT, due.due) if due else (Next.PAID, None)
    if stand.agreement:
        unsigned = not stand.agreement.signed_at(Party.BORROWER)
        return (Next.SIGNATURE if unsigned else Next.OTHER_SIGNATURES), stand.agreement.sign_by
    if case.status in UNDER_WAY:
        return _mediation(stand, profile)
    if case.status == CaseStatus.FEEDBACK:
        return Next.READING, _limit(stand)
    return Next.REPLY, profile.respond_by(case.noticed_at or stand.now, stand.zone)


def _mediation(stand: Stand, profile: Profile) -> tuple[Next, date | None]:
    if stand.meeting and stand.meeting.is_ahead(stand.now):
        return Next.MEETING, stand.day(stand.meeting.at)
    if stand.meeting and not stand.meeting.cancelled:
        return Next.RESULT, _limit(stand)
    if stand.applied_at and not (stand.accepted_at or stand.arranged_at):
        last = profile.last_day("acceptance", stand.day(stand.applied_at))
        if stand.today <= last:
            return Next.ACCEPTANCE, last
    return (Next.CHOICE if _may_choose(stand) else Next.ARRANGEMENT), _limit(stand)


def _may_choose(stand: Stand) -> bool:
    return bool(stand.offered_at) and stand.case.status in (CaseStatus.ASSIGNED, CaseStatus.ADJOURNED)


def _limit(stand: Stand) -> date | None:
    return stand.day(stand.limit_at) if stand.limit_at else None


def doings(stand: Stand) -> tuple[Doing, ...]:
    """Return what the borrower may do now, in order; a complaint is possible at any time."""
    case, wanted = stand.case, {Doing.COMPLAIN, Doing.ASK}
    if case.is_open:
        wanted |= {Doing.CONTACT, Doing.EVIDENCE, Doing.DISPUTE}
        if not case.answered:
            wanted |= {Doing.REPLY}
        wanted |= _of_mediation(stand)
        if stand.meeting and stand.meeting.is_ahead(stand.now):
            wanted |= {Doing.RESCHEDULE}
        if _may_choose(stand):
            wanted |= {Doing.CHOOSE}
        if case.limit_at and stand.now < case.limit_at and not stand.extended:
            wanted |= {Doing.EXTEND}
    return tuple(each for each in Doing if each in wanted)


def _of_mediation(stand: Stand) -> set[Doing]:
    """Return what belongs to a mediation under way, or leads to one."""
    if stand.case.status not in UNDER_WAY:
        return set() if stand.plan else {Doing.APPLY}
    return {Doing.WITHDRAW, Doing.STATE} | ({Doing.TALK} if may_write(stand.case) else set())
