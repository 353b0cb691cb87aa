"""The sweeper's look at complaints: clocks nobody keeps are kept again, a lost signal is sent again."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.complaints.wake import seen
from chalicelib.domain.complaint import Complaint
from chalicelib.store import complaint_lists, complaint_waits
from chalicelib.telemetry import Metric, Telemetry
from chalicelib.timers import RestartsSpent, Timers

_GRACE = timedelta(minutes=5)


def mend_complaints(timers: Timers, telemetry: Telemetry, now: datetime, *, every: bool) -> int:
    """Mend every open complaint that needs it, a stranger's too; returns how many.

    `every`: also the executions of those that are not late, for after a restore.
    """
    mended = 0
    for found in complaint_lists.open_ones():
        try:
            mended += mend(found, timers, now, every=every)
        except RestartsSpent as spent:
            telemetry.count(Metric.RESTARTS_SPENT)
            telemetry.problem("restarts spent", reference=found.reference, execution=str(spent))
    return mended


def mend(found: Complaint, timers: Timers, now: datetime, *, every: bool) -> bool:
    """Mend what was torn of one complaint; returns whether there was something."""
    wait = complaint_waits.get(found.reference, found.id)
    if wait is None:
        begun = now > found.received_at + _GRACE
        return (every or begun) and timers.ensure_handling(found.reference, found.id, 1, now)
    if wait.seen != seen(found) and timers.answer(wait.token):
        return True
    if every or now > wait.deadline + _GRACE or wait.seen != seen(found):
        return timers.ensure_handling(found.reference, found.id, wait.leg, now)
    return False
