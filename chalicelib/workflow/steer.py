"""The task of Steer: does what has fallen due in a mediation, and says in which stage the case waits next."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import AccordError
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import (
    ENDS,
    REMINDERS,
    STAGE_OF,
    UNDECIDED,
    Due,
    Timer,
    fallen_due,
    next_timer,
)
from chalicelib.domain.moments import stamp
from chalicelib.mediation.assign import assign
from chalicelib.mediation.schedule import REMINDER
from chalicelib.mediation.standing import timers_of
from chalicelib.mediation.tell import tell
from chalicelib.store import agreements, cases, facts, meetings
from chalicelib.store.facts import Fact
from chalicelib.telemetry import Metric, Telemetry
from chalicelib.timers import Timers

_CLOSES = {
    Due.LIMIT: (Outcome.TERMINATED, "the mediation limit passed"),
    Due.UNSIGNED: (Outcome.NOT_AGREED, "not everybody signed in time"),
}
_WORTH_WAKING = timedelta(minutes=1)
_LOOK_AGAIN = timedelta(days=1)  # at an application whose time ran out: it waits for a person's decision


@dataclass(frozen=True, slots=True)
class Steer:
    """Looks at the record and nothing else, so a lost signal or a second look changes nothing."""

    timers: Timers
    telemetry: Telemetry
    clock: Callable[[], datetime]
    complete: Callable[[CaseId, datetime], bool]
    """Seals what all have signed; it wakes nobody, since this execution is awake."""

    def __call__(self, case_id: CaseId, timers: Mapping[str, int]) -> dict[str, Any]:
        """Do what has fallen due and return the execution's next state: its stage and that stage's seconds.

        `timers` are the execution's timers in seconds by stage; those of other stages stay as they are.
        """
        now = self.clock()
        case = self._sealed(cases.get(case_id), now)
        for timer in fallen_due(timers_of(case), now):
            case = self._act(case, timer, now)
        if case.status == CaseStatus.ACCEPTED:
            case = assign(case, now)
        stage = STAGE_OF[case.status]
        until = self._until(case, now)
        seconds = {stage.value: max(1, math.ceil((until - now).total_seconds()))} if until else {}
        return {"case_id": str(case_id), "timers": {**timers, **seconds}, "stage": stage.value}

    def _until(self, case: Case, now: datetime) -> datetime | None:
        """Return the next timer; for an application taken back, what was left of its mediation's time."""
        if soonest := next_timer(timers_of(case), now):
            return soonest.at
        return now + _LOOK_AGAIN if case.status in UNDECIDED else case.limit_at

    def _sealed(self, case: Case, now: datetime) -> Case:
        """Seal what all have signed when whoever signed last could not; returns the case as it then is."""
        if not _awaits_seal(case):
            return case
        try:
            self.complete(case.id, now)
        except AccordError as error:  # a settlement came between, or the text kept is not the one signed
            name = type(error).__name__
            self.telemetry.problem("signed, yet not sealed", case_id=str(case.id), error=name)
        return cases.get(case.id)

    def _act(self, case: Case, timer: Timer, now: datetime) -> Case:
        """Let a timer do what it is for, once; returns the case as it then is."""
        if timer.due == Due.UNSIGNED and _awaits_seal(case):
            return case  # no timer ends what all have signed
        if timer.due in ENDS and case.status not in UNDECIDED:
            outcome, reason = _CLOSES[timer.due]
            only, limit = (case.status,), case.limit_at
            closed = cases.close(case.id, outcome, reason, now, only=only, limit_at=limit)
            return closed or cases.get(case.id)
        fact = Fact(case.id, FactKind.DUE, now, (timer.due.value, stamp(timer.at)))
        if timer.due in REMINDERS:
            self._remind(case, timer)
        if facts.append(fact) and timer.due not in REMINDERS:
            self.telemetry.count(Metric.MEDIATION_LATE)
            self.telemetry.problem("mediation late", case_id=str(case.id), what=timer.due.value)
        return case

    def _remind(self, case: Case, timer: Timer) -> None:
        """Remind of the meeting ahead; its number and word make the message its own."""
        if meeting := meetings.get(case.id):
            number = f"{meeting.number}{meeting.sequence:03d}{REMINDERS[timer.due]}"
            tell(case, f"{REMINDER}-{number}", self.timers, timer.at)


def _awaits_seal(case: Case) -> bool:
    return case.status == CaseStatus.SIGNING and agreements.is_signed(case.id)


def overtaken(case: Case, deadline: datetime, now: datetime) -> bool:
    """Whether a wait until `deadline` outlasts the next timer of its mediation by more than a minute.

    A meeting that was moved while its stage was entered is nobody's surprise then.
    """
    soonest = next_timer(timers_of(case), now)
    return soonest is not None and soonest.at + _WORTH_WAKING < deadline
