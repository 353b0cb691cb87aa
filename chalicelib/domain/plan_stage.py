"""Where a plan stands by its oldest open instalment, and until when: the timers of instalments (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Purpose, Stage
from chalicelib.domain.profile import Profile
from chalicelib.domain.repayment_plan import Instalment, RepaymentPlan
from chalicelib.domain.windows import zones_of

KEPT_TO = (CaseStatus.PLAN_ACTIVE, CaseStatus.BREACHED)
"""The statuses in which a plan is in force."""
STAGES = (Stage.UPCOMING, Stage.DUE, Stage.GRACE, Stage.HELD, Stage.BREACHED)
"""The waits of the repayment machine (infra/machines/repayment.asl.json)."""
MORNING = time(10)
"""When a reminder falls due (*policy*): an hour at which it may leave in every jurisdiction."""


@dataclass(frozen=True, slots=True)
class Timers:
    """The moments (UTC) of one instalment: its reminder, the end of its day, the end of its grace."""

    remind_at: datetime
    due_until: datetime
    grace_until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The stage of a plan at a moment: of which `instalment`, and until when (UTC) if nothing is paid.

    BREACHED says that the grace is over; whether that is put on record is another matter. COMPLETED has
    neither.
    """

    stage: Stage
    instalment: Instalment | None = None
    timers: Timers | None = None

    @property
    def until(self) -> datetime | None:
        """When the next timer fires; None when none is left."""
        if self.timers is None:
            return None
        ends = {
            Stage.UPCOMING: self.timers.remind_at,
            Stage.DUE: self.timers.due_until,
            Stage.GRACE: self.timers.grace_until,
        }
        return ends.get(self.stage)


def timers_of(instalment: Instalment, profile: Profile, zone: ZoneInfo) -> Timers:
    """Return an instalment's timers by the profile's terms; days are the borrower's own, in `zone`."""
    ahead = timedelta(seconds=profile.term("instalment_reminder").seconds)
    last = profile.last_day("instalment_grace", instalment.due)
    return Timers(
        datetime.combine(instalment.due - ahead, MORNING, zone).astimezone(UTC),
        _end_of(instalment.due, zone),
        _end_of(last, zone),
    )


def standing(plan: RepaymentPlan, profile: Profile, zone: ZoneInfo, now: datetime) -> Standing:
    """Return where a plan stands at `now`: only its oldest open instalment has timers (*policy*).

    While one is late the next is not reminded of as well.
    """
    oldest = plan.next_due
    if oldest is None:
        return Standing(Stage.COMPLETED)
    timers = timers_of(oldest, profile, zone)
    stage = Stage.BREACHED
    if now < timers.remind_at:
        stage = Stage.UPCOMING
    elif now < timers.due_until:
        stage = Stage.DUE
    elif now < timers.grace_until:
        stage = Stage.GRACE
    return Standing(stage, oldest, timers)


def zone_of(case: Case, profile: Profile) -> ZoneInfo:
    """Return the zone whose days count for a case's instalments."""
    return zones_of(case.borrower.timezone, profile.zones)[0]


def is_held(case: Case, profile: Profile, at: datetime) -> bool:
    """Whether a hold lies over the case under which nobody is reminded, nor breaches a plan (*policy*)."""
    return bool(case.held(at) & profile.purposes[Purpose.INSTALMENT].stopped_by)


def hold_over(case: Case, profile: Profile, at: datetime) -> datetime | None:
    """Return when the last of the holds over a plan ends by its term; None where one has to be lifted."""
    stopping = case.held(at) & profile.purposes[Purpose.INSTALMENT].stopped_by
    ends = [None if kind in case.holds else case.hold_ends(kind) for kind in stopping]
    known = [end for end in ends if end]
    return max(known) if len(known) == len(ends) else None


def is_cured(plan: RepaymentPlan, today: date) -> bool:
    """Whether nothing of a plan is late on the borrower's own day: a breach is over then (*policy*)."""
    oldest = plan.next_due
    return oldest is None or oldest.due >= today


def seen(case: Case, plan: RepaymentPlan) -> str:
    """Return what a stage rests on; when it has changed since, the stage is over."""
    number = plan.next_due.number if plan.next_due else 0
    return f"{case.status.value}.{plan.generation}.{number}"


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
