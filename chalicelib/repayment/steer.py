"""Steer: looks at a plan when something of it is over, does what is due, and says what comes next."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Stage
from chalicelib.domain.errors import TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.domain.plan_stage import KEPT_TO, Standing, hold_over, is_held, seen, standing, zone_of
from chalicelib.domain.profile import Profile
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.repayment import court as court_reminder
from chalicelib.repayment import renegotiate
from chalicelib.repayment.breach import breach, latest_breach, take_off_the_list
from chalicelib.repayment.renegotiate import Renegotiate, is_asked
from chalicelib.repayment.told import BREACHED, LATE, REMINDER, Message, tell
from chalicelib.store import cases, plans, waits
from chalicelib.timers import Timers

LEG_LASTS = timedelta(days=180)
"""After this an execution hands its plan on: with LONGEST it ends well before the year that AWS gives it."""
ROUNDS = 1000
"""The looks after which it does so too: some fifteen events each, of the 25,000 that a history may have."""
LONGEST = timedelta(days=60)
"""No wait is longer, so that the sweeper knows how far ahead to look."""
_LOOK_AGAIN = timedelta(days=7)  # at a hold that nobody has lifted yet
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Leg:
    """One of the executions that carry a plan: the `number`-th, `rounds` looks behind it since `began`."""

    case_id: CaseId
    plan: int
    number: int
    began: datetime
    rounds: int

    def is_over(self, now: datetime) -> bool:
        """Whether it has to hand its plan on."""
        return now - self.began >= LEG_LASTS or self.rounds >= ROUNDS


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes next: a stage, for how long, and what it rests on (see plan_stage.seen)."""

    stage: Stage
    seconds: int = 1
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Steer:
    """Decides for one execution after the other; whatever it does may be repeated."""

    timers: Timers
    clock: Callable[[], datetime]

    def __call__(self, leg: Leg) -> Coming:
        """Return what comes next of a plan, once what is due has been done.

        A timer that was cancelled finds the record changed, and so does nothing (invariant 22). Raises
        TryAgain when the case keeps changing under its hands.
        """
        for _ in range(_TRIES):
            case, plan = cases.get(leg.case_id), plans.get(leg.case_id)
            if plan is None or plan.generation != leg.plan or case.status not in KEPT_TO:
                return self._over(case, leg, plan)
            if leg.plan > 1 and leg.rounds == 0:  # what was asked for of the plans before is agreed
                renegotiate.take_off_the_list(case, before=leg.plan)
            if self._has_successor(leg):
                return Coming(Stage.CONTINUED)
            if leg.is_over(self.clock()):
                self.timers.ensure_repaying(case.id, plan.generation, leg.number + 1, self.clock())
                return Coming(Stage.CONTINUED)
            if coming := self._look(case, plan):
                return coming
        raise TryAgain("the plan of case {case} kept changing", case=leg.case_id)

    def _over(self, case: Case, leg: Leg, plan: RepaymentPlan | None) -> Coming:
        """Name the end of a plan: kept, superseded or closed; mediation meeting again gets its execution."""
        if case.is_open and plan and plan.generation == leg.plan:
            profile = profiles.of_version(case.profile, case.profile_version)
            self.timers.ensure_running(case.id, profile.timers)
            take_off_the_list(case)
        if case.is_open:
            return Coming(Stage.RENEGOTIATED)
        kept = plan is not None and not plan.remaining
        return Coming(Stage.COMPLETED if kept else Stage.CLOSED)

    def _has_successor(self, leg: Leg) -> bool:
        wait = waits.get(leg.case_id)
        return wait is not None and wait.leg > leg.number

    def _look(self, case: Case, plan: RepaymentPlan) -> Coming | None:
        """Do what is due of the oldest open instalment; returns None when that has changed meanwhile."""
        profile, now = profiles.of_version(case.profile, case.profile_version), self.clock()
        at = standing(plan, profile, zone_of(case, profile), now)
        if case.status == CaseStatus.BREACHED:
            self._tell_breach(case, plan, now)
            return _coming(Stage.BREACHED, now + LONGEST, case, plan, now)
        if at.stage in (Stage.GRACE, Stage.BREACHED) and is_held(case, profile, now):
            over = hold_over(case, profile, now) or now + _LOOK_AGAIN
            return _coming(Stage.HELD, min(over, now + _LOOK_AGAIN), case, plan, now)
        self._tell(case, plan, at, now)
        court = court_reminder.remind(case, now, self.timers)
        until = min(filter(None, (at.until, court))) if at.until else _grace_anew(case, at, profile, now)
        if until is None:
            self._break(case, plan, at, now)
            return None
        stage = Stage.GRACE if at.stage == Stage.BREACHED else at.stage
        return _coming(stage, until, case, plan, now)

    def _tell(self, case: Case, plan: RepaymentPlan, at: Standing, now: datetime) -> None:
        if at.instalment is None or at.timers is None:
            return
        number = at.instalment.number
        if at.stage == Stage.DUE:
            tell(case, Message(REMINDER, plan.generation, number), at.timers.remind_at, now, self.timers)
        elif at.stage == Stage.GRACE:
            tell(case, Message(LATE, plan.generation, number), at.timers.due_until, now, self.timers)

    def _tell_breach(self, case: Case, plan: RepaymentPlan, now: datetime) -> None:
        if found := latest_breach(case):
            message = Message(BREACHED, plan.generation, int(found.which[1]))
            tell(case, message, found.at, now, self.timers)

    def _break(self, case: Case, plan: RepaymentPlan, at: Standing, now: datetime) -> None:
        """The grace is over: who asked for another plan in time gets mediation, any other plan is broken."""
        if is_asked(case, plan):
            Renegotiate(self.timers).by_request(case, now)
        elif at.instalment:
            breach(case, plan, at.instalment, now)


def _grace_anew(case: Case, at: Standing, profile: Profile, now: datetime) -> datetime | None:
    """Return until when an instalment has grace again after a hold; None when there was none (*policy*).

    While something lay over the case nobody reminded him, so he gets the whole term once it is lifted.
    """
    wait = waits.get(case.id)
    if wait and wait.stage == Stage.HELD:
        return now + timedelta(seconds=profile.term("instalment_grace").seconds)
    return wait.deadline if wait and wait.stage == Stage.GRACE and wait.deadline > now else None


def _coming(stage: Stage, until: datetime, case: Case, plan: RepaymentPlan, now: datetime) -> Coming:
    seconds = math.ceil((min(until, now + LONGEST) - now).total_seconds())
    return Coming(stage, max(1, seconds), seen(case, plan))
