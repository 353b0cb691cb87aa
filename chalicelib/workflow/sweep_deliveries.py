"""The sweeper's look at deliveries: a step nobody sees delivered any more is taken up again."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.borrower.receipt import receipt_step
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.profile import Step
from chalicelib.notices.under_way import claimed, time_ends
from chalicelib.store import facts, watches
from chalicelib.timers import Timers

_GRACE = timedelta(minutes=5)


def mend_deliveries(case: Case, timers: Timers, now: datetime, *, every: bool) -> bool:
    """Start the delivery of each step anew that has lost its execution; returns whether there was one.

    Only steps with time left are looked at: a case's oldest ones cost nothing. `every`: also those that are
    not late, for after a restore.
    """
    if case.answered:
        return _mend_receipt(case, timers, now, every)
    profile = profiles.of_version(case.profile, case.profile_version)
    mended = [mend_step(case, step, timers, now, every=every) for step in profile.steps]
    return any(mended)


def mend_step(case: Case, step: Step, timers: Timers, now: datetime, *, every: bool) -> bool:
    """Start a step's delivery anew that has lost its execution after its first send (see above)."""
    began, ends = min(claimed(case, step).values(), default=None), time_ends(case, step)
    if not began or not ends or not step.fallback or step.name in case.reached:
        return False
    if now > ends or not (every or _is_late(case, step, began, now)):
        return False
    if facts.exists(case.id, FactKind.UNREACHED, step.name):
        return False
    return timers.ensure_delivering(case.id, step.name, step.patience, began)


def _mend_receipt(case: Case, timers: Timers, now: datetime, every: bool) -> bool:
    """See the confirmation of the answer sent whose start was lost; one that was claimed had its one send."""
    step = receipt_step(case)
    if step is None or claimed(case, step):
        return False
    given = min((fact.at for fact in facts.of(case.id, FactKind.FEEDBACK)), default=None)
    if given is None or now > given + timedelta(seconds=step.useful):
        return False
    if not (every or now > given + _GRACE) or facts.exists(case.id, FactKind.UNREACHED, step.name):
        return False
    return timers.ensure_delivering(case.id, step.name, step.patience, given)


def _is_late(case: Case, step: Step, began: datetime, now: datetime) -> bool:
    watch = watches.get(case.id, step.name)
    due = watch.deadline if watch else began + timedelta(seconds=step.patience)
    return now > due + _GRACE
