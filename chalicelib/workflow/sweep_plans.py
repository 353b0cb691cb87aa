"""The sweeper's look at plans: an execution that is gone is started anew, a lost signal sent again."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Stage
from chalicelib.domain.plan_stage import STAGES
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.repayment.steer import LONGEST
from chalicelib.repayment.told import LATE, REMINDER, Message
from chalicelib.store import plans
from chalicelib.store.waits import Wait
from chalicelib.timers import Timers
from chalicelib.workflow.sweep_deliveries import mend_step

AHEAD = LONGEST.days + 1
"""Days ahead up to which cases that keep to a plan are filed (workflow/await_payment.py)."""
_GRACE = timedelta(minutes=5)


def mend_plan(case: Case, wait: Wait | None, timers: Timers, now: datetime, *, every: bool) -> bool:
    """Mend what was torn of a plan; returns whether there was something.

    A case is seen here only when it is filed for the day: while messages about an instalment may be on their
    way, and once its wait is over. `every`: also the executions of plans that are not late, for after a
    restore.
    """
    plan = plans.get(case.id)
    if plan is None:
        return False
    if wait is None or wait.stage not in STAGES:
        begun = case.since or plan.since or now
        return (every or now > begun + _GRACE) and timers.ensure_repaying(case.id, plan.generation, 1, now)
    if (wait.stage == Stage.BREACHED) != (case.status == CaseStatus.BREACHED) and timers.answer(wait.token):
        return True
    mended = _mend_messages(case, plan, timers, now, every=every)
    if every or now > wait.deadline + _GRACE:
        return timers.ensure_repaying(case.id, plan.generation, wait.leg, now) or mended
    return mended


def _mend_messages(case: Case, plan: RepaymentPlan, timers: Timers, now: datetime, *, every: bool) -> bool:
    if plan.next_due is None:
        return False
    profile = profiles.of_version(case.profile, case.profile_version)
    names = [Message(kind, plan.generation, plan.next_due.number).step for kind in (REMINDER, LATE)]
    mended = [mend_step(case, profile.step_named(name), timers, now, every=every) for name in names]
    return any(mended)
