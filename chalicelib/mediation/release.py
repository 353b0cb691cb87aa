"""A case that closes with a meeting ahead calls it off: its mediator's time is free for others."""

from __future__ import annotations

from chalicelib.domain.case import Case
from chalicelib.domain.codes import Outcome
from chalicelib.mediation.schedule import CALLED_OFF, called_off, tell_called_off
from chalicelib.store import meetings, together
from chalicelib.timers import Timers

_PAID = (Outcome.SETTLED_OUTSIDE, Outcome.AGREED)
"""How a case closes that needs no contact any more: who paid learns from his page and calendar file."""


def release(case: Case, timers: Timers) -> None:
    """Call off the meeting that a closed case still had ahead, and tell him, unless he paid.

    Whoever closed the case calls this after; the sweeper does where he died. A repeat writes nothing, and
    tells what was not told. A session that had begun by the close was held, and stays.
    """
    if case.closed_at is None or case.mediator is None:
        return
    meeting = meetings.get(case.id)
    if meeting is None or meeting.at <= case.closed_at:
        return
    rows, gone = called_off(case, case.closed_at)
    if rows:
        together.put(rows, gone=gone)
    if case.outcome not in _PAID:
        tell_called_off(case, timers, case.closed_at)


def is_needless(case: Case, step: str) -> bool:
    """Whether a message that a meeting is called off waits for who has paid by now (invariant 3)."""
    paid = case.outcome in _PAID or case.amount.settled
    return paid and step.partition("-")[0] == CALLED_OFF
