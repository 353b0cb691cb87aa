"""Steer: looks at a complaint when something of it is over, does what is due, and says what comes next."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.complaints import standing
from chalicelib.complaints.acknowledge import Acknowledge
from chalicelib.complaints.close import Close
from chalicelib.complaints.escalate import flag
from chalicelib.complaints.letters import way_to
from chalicelib.complaints.tell import (
    ACKNOWLEDGEMENT,
    EXTENSION,
    LATE,
    REVIEW,
    letter_left,
    of_decision,
    tell,
)
from chalicelib.complaints.tell_stranger import TellStranger
from chalicelib.complaints.wake import seen
from chalicelib.domain.codes import Stage
from chalicelib.domain.complaint import UNDECIDED, Complaint, ComplaintStatus
from chalicelib.domain.complaint_clock import ON_US, Clock, Limit, limit
from chalicelib.domain.errors import NotNow, Taken, TryAgain
from chalicelib.store import complaint_steps, complaints
from chalicelib.store.complaint_steps import Step
from chalicelib.telemetry import Metric, Telemetry
from chalicelib.timers import Timers

LEG_LASTS = timedelta(days=180)
"""After this an execution hands its complaint on: with LONGEST it ends well before AWS ends it."""
LONGEST = timedelta(days=30)
"""No wait is longer."""
ROUNDS = 1000
"""The looks after which it does so too: some fifteen events each, of the 25,000 that a history may have."""
_USEFUL = timedelta(days=7)  # no message about a complaint is of use for less
_LOOK_AGAIN = timedelta(days=1)  # at a decision whose letter has not left
_TRIES = 4
_STAGES = {
    ComplaintStatus.RECEIVED: Stage.ACKNOWLEDGE,
    ComplaintStatus.ACKNOWLEDGED: Stage.INVESTIGATE,
    ComplaintStatus.INVESTIGATING: Stage.INVESTIGATE,
    ComplaintStatus.EXTENDED: Stage.EXTENDED,
    ComplaintStatus.DECIDED: Stage.DECIDED,
    ComplaintStatus.REVIEW: Stage.REVIEW,
    ComplaintStatus.CLOSED: Stage.CLOSED,
    ComplaintStatus.WITHDRAWN: Stage.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Leg:
    """An execution that carries a complaint: the `number`-th, `rounds` looks behind it since `began`."""

    reference: str
    complaint_id: str
    number: int
    began: datetime
    rounds: int

    def is_over(self, now: datetime) -> bool:
        """Whether it has to hand its complaint on."""
        return now - self.began >= LEG_LASTS or self.rounds >= ROUNDS


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes next: a stage, for how long, and what it rests on (see wake.seen)."""

    stage: Stage
    seconds: int = 1
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Steer:
    """Decides where complaints wait, never what becomes of them; whatever it does may be repeated."""

    timers: Timers
    telemetry: Telemetry
    clock: Callable[[], datetime]
    tell_stranger: TellStranger

    def __call__(self, leg: Leg) -> Coming:
        """Return what comes next of a complaint, once what is due has been done.

        A timer that was cancelled finds the record changed, and so does nothing (invariant 22). Raises
        TryAgain when the complaint keeps changing under its hands.
        """
        for _ in range(_TRIES):
            found, now = complaints.require(leg.reference, leg.complaint_id), self.clock()
            if not found.is_open:
                return Coming(_STAGES[found.status])
            if leg.is_over(now):
                self.timers.ensure_handling(found.reference, found.id, leg.number + 1, now)
                return Coming(Stage.CONTINUED)
            try:
                moved = self._do_what_is_due(found, now)
                if moved is None:
                    told, look = self._make_sure_told(found, now)
                    return self._coming(told, now, look)
            except Taken:
                continue
        raise TryAgain("complaint {reference} kept changing", reference=leg.reference)

    def _do_what_is_due(self, found: Complaint, now: datetime) -> Complaint | None:
        """Take one step that is due; returns the complaint then, or None when nothing is."""
        if found.status == ComplaintStatus.RECEIVED and (found.case_id or way_to(found.contact)):
            Acknowledge(self.timers).by(found, standing.SYSTEM, now)
            return complaints.require(found.reference, found.id)
        running = limit(found, standing.profile_of(found))
        if running is None:
            return None
        if running.clock in ON_US:
            return self._watch(found, running, now)
        if now >= running.at and letter_left(found):
            Close(self.timers).by(found, standing.SYSTEM, now)
            return complaints.require(found.reference, found.id)
        return self._watch(found, running, now) if now >= running.at else None

    def _make_sure_told(self, found: Complaint, now: datetime) -> tuple[Complaint, datetime | None]:
        """Set going what tells of where it stands; an act may die between its record and its message.

        What is on its way, or has arrived, stays as it is; what is too late to be of use is not begun. A
        stranger is written to here: returns the complaint as it then is, and when his letters need a look.
        """
        if found.case_id is None:
            return self.tell_stranger(found, now)
        told = [(ACKNOWLEDGEMENT, found.acknowledged_at)] if found.status in UNDECIDED else []
        if found.extensions and found.status in UNDECIDED:
            told.append((EXTENSION, _last_of(found, "EXTENDED")))
        told.append((of_decision(found), found.decision.at if found.decision else None))
        told.append((REVIEW, found.reviewed.at if found.reviewed else None))
        for kind, at in told:
            if at and now < at + _USEFUL:
                tell(found, kind, self.timers, at)
        return found, None

    def _watch(self, found: Complaint, running: Limit, now: datetime) -> Complaint | None:
        """Warn of a limit, or say that it was missed: each once, on record before it is counted."""
        name = "LATE" if now >= running.at else "WARNED" if now >= running.warn_at else ""
        detail = {"clock": running.clock.value, "last_day": running.last_day.isoformat()}
        done = [step.detail for _, step in complaint_steps.of(found) if step.name == name]
        if not name or detail in done:
            return None
        moved = complaint_steps.take(found, found, Step(name, now, standing.SYSTEM, detail))
        late = name == "LATE"
        self.telemetry.count(Metric.COMPLAINT_LATE if late else Metric.COMPLAINT_AT_RISK)
        words = "complaint clock missed" if late else "complaint at risk"
        self.telemetry.problem(
            words, reference=found.reference, lender=found.lender, clock=running.clock.value
        )
        if not late:
            return moved
        if running.clock == Clock.DECIDE or running.clock == Clock.REVIEW:
            tell(moved, LATE, self.timers, running.at)
        return moved if moved.escalated else flag(moved, f"{running.clock} missed", standing.SYSTEM, now)

    def _coming(self, found: Complaint, now: datetime, look: datetime | None = None) -> Coming:
        running = limit(found, standing.profile_of(found))
        if running is None:
            raise NotNow("complaint {reference} is open and has no clock", reference=found.reference)
        late = now >= running.at
        until = next((at for at in (running.warn_at, running.at) if at > now), now + _LOOK_AGAIN)
        if running.clock not in ON_US and not late:
            until = running.at
        until = min(until, look or until)
        stage = Stage.LATE if late and running.clock in ON_US else _STAGES[found.status]
        seconds = math.ceil((min(until, now + LONGEST) - now).total_seconds())
        return Coming(stage, max(1, seconds), seen(found))


def _last_of(found: Complaint, name: str) -> datetime | None:
    """Return when a complaint last took a step of a name."""
    return max((step.at for _, step in complaint_steps.of(found) if step.name == name), default=None)
