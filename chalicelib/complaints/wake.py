"""Wakes the execution that keeps a complaint's clocks, once what happened is on record."""

from __future__ import annotations

from chalicelib.domain.complaint import Complaint
from chalicelib.store import complaint_waits
from chalicelib.timers import Timers


def wake(complaint: Complaint, timers: Timers) -> None:
    """End the wait of a complaint, so that it is looked at again at once; one that is over stays so.

    If the signal is lost, the wait's own timer or the sweeper comes, and finds what is on record.
    """
    wait = complaint_waits.get(complaint.reference, complaint.id)
    if wait and wait.seen != seen(complaint):
        timers.answer(wait.token)


def seen(complaint: Complaint) -> str:
    """Return what a wait rests on; when it has changed since, the wait is over."""
    return str(complaint.sequence)
