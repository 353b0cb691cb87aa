"""The sweeper's look at deliveries: a step nobody sees delivered any more is taken up again."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.borrower.receipt import receipt_step
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.profile import Step
from chalicelib.mediation.messages import last_notice
from chalicelib.mediation.tell import is_reachable
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
        found = [told for told in (_receipt(case), _news(case)) if told]
        mended = [_mend_told(case, *told, timers, now, every) for told in found]
        return any(mended)
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


def _receipt(case: Case) -> tuple[Step, datetime] | None:
    """Return the step that confirms the answer and when it fell due, if it can."""
    step = receipt_step(case)
    if step is None or claimed(case, step):
        return None
    given = min((fact.at for fact in facts.of(case.id, FactKind.FEEDBACK)), default=None)
    return (step, given) if given else None


def _news(case: Case) -> tuple[Step, datetime] | None:
    """Return the step that tells of a message in the mediation and when it fell due, if it can."""
    last = last_notice(case)
    if last is None:
        return None
    step = profiles.of_version(case.profile, case.profile_version).step_named(last[0])
    return (step, last[1]) if is_reachable(case, step) else None


def _mend_told(case: Case, step: Step, since: datetime, timers: Timers, now: datetime, every: bool) -> bool:
    """See something told beside the rounds whose start was lost; what was claimed had its one send."""
    if claimed(case, step) or now > since + timedelta(seconds=step.useful):
        return False
    if not (every or now > since + _GRACE) or facts.exists(case.id, FactKind.UNREACHED, step.name):
        return False
    return timers.ensure_delivering(case.id, step.name, step.patience, since)


def _is_late(case: Case, step: Step, began: datetime, now: datetime) -> bool:
    watch = watches.get(case.id, step.name)
    due = watch.deadline if watch else began + timedelta(seconds=step.patience)
    return now > due + _GRACE
