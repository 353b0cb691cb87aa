"""Deliver and Pause: wait for receipts, and try the next channel when a message did not arrive."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.domain.contact_rules import Verdict
from chalicelib.domain.errors import NoticeBlocked, TryAgain
from chalicelib.domain.profile import Step
from chalicelib.domain.purposes import End, PurposeRule
from chalicelib.notices.plan import Ground, claim_key, plan_fallback
from chalicelib.notices.send import Sending, claimed_at
from chalicelib.notices.state import FAILED, notice_states
from chalicelib.store import cases, claims, facts, watches
from chalicelib.store.facts import Fact
from chalicelib.store.watches import Watch
from chalicelib.telemetry import Metric
from chalicelib.timers import Timers
from chalicelib.workflow.backoff import Backoff
from chalicelib.workflow.dispatch import Dispatch, Verdicts
from chalicelib.workflow.task import Task

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Deliver:
    """Sees one step of messages delivered, one further channel at a time."""

    timers: Timers
    dispatch: Dispatch
    backoff: Backoff
    clock: Callable[[], datetime]

    def __call__(self, task: Task, attempt: str) -> None:
        """Do what comes next for the step: end, wait for receipts, or send over the next channel.

        A late receipt never causes a second contact: a channel is claimed once, and the claim of a fallback
        fails when a message of its step has arrived meanwhile.
        """
        known = watches.get(task.case_id, task.step)
        if known and known.entered > task.entered:
            return  # a late message of an earlier round
        if task.stage == Stage.PAUSE:
            until = self.clock() + timedelta(seconds=task.seconds)
            watches.put(Watch(task.case_id, task.step, task.token, until, task.entered, paused=True))
            return
        for _ in range(_TRIES):
            if self._carry_out(task, attempt):
                return
        raise TryAgain("the case changed while its notice was written")

    def _carry_out(self, task: Task, attempt: str) -> bool:
        case = cases.get(task.case_id)
        profile = profiles.of_version(case.profile, case.profile_version)
        step, now = profile.step_named(task.step), self.clock()
        if step.name in case.reached or _needs_none(case, profile.purposes[step.purpose]):
            return self.timers.delivered(task.token) or True
        history = facts.of(case.id)
        until = _receipt_expected(case, step, history, now)
        if until:
            return self._await_receipt(task, step, until)
        this = Ground(*claims.read_together(case), profile, step, now, task.at or now)
        return self._send_next(this, task, history, attempt)

    def _await_receipt(self, task: Task, step: Step, until: datetime) -> bool:
        """Wait, then look again: a receipt that came before the wait was stored found nobody to wake."""
        watches.put(Watch(task.case_id, step.name, task.token, until, task.entered))
        case = cases.get(task.case_id)
        if step.name in case.reached:
            self.timers.delivered(task.token)
        elif not _receipt_expected(case, step, facts.of(case.id), self.clock()):
            self.timers.undelivered(task.token)
        return True

    def _send_next(self, this: Ground, task: Task, history: Sequence[Fact], attempt: str) -> bool:
        """Send over the first channel that may be used now; returns False when it has to be planned anew."""
        todo = plan_fallback(this)
        self.dispatch.record_denials(this, todo)
        if not todo.unfinished or _over_budget(this):
            return self._give_up(this, task)
        allowed = todo.having(Verdict.ALLOW)
        for number in range(len(allowed)):
            with suppress(NoticeBlocked):  # on record and alarmed; the next channel need not lack the same
                one = allowed[number : number + 1]
                return self._send(this, task, one, todo.last_resort, history, attempt)
        if waiting := todo.having(Verdict.DEFER):
            return self._pause(this, task, waiting)
        # Every channel that is left is blocked: look again later, somebody may have mended it.
        until = this.at + timedelta(seconds=this.step.patience)
        watches.put(Watch(task.case_id, task.step, task.token, until, task.entered, paused=True))
        return True

    def _send(
        self,
        this: Ground,
        task: Task,
        allowed: Verdicts,
        last_resort: bool,
        history: Sequence[Fact],
        attempt: str,
    ) -> bool:
        deadline = this.at + timedelta(seconds=this.step.patience)
        wait = watches.row_of(Watch(this.case.id, this.step.name, task.token, deadline, task.entered))
        sent = [fact for fact in history if fact.kind == FactKind.SENT]
        kind = {"fallback": True, "last_resort": last_resort}
        results = self.dispatch.send(this, allowed, wait, attempt, sent, **kind)
        if busy := self.backoff.of(this, allowed, results, history):
            return self._pause(this, task, busy)
        if Sending.FAILED in results:
            self.timers.undelivered(task.token)
        return Sending.LOST not in results

    def _pause(self, this: Ground, task: Task, waiting: Verdicts) -> bool:
        until = self.dispatch.record_deferrals(this, waiting)
        seconds = math.ceil((until - this.at).total_seconds())
        return self.timers.defer(task.token, Stage.DELIVER, seconds) or True

    def _give_up(self, this: Ground, task: Task) -> bool:
        """No channel is left or the time is over: on record, counted, and the case goes on."""
        if facts.append(Fact(this.case.id, FactKind.UNREACHED, this.at, (this.step.name,))):
            self.dispatch.telemetry.count(Metric.NOTICE_UNREACHED)
        return self.timers.exhausted(task.token) or True


def _needs_none(case: Case, bound: PurposeRule) -> bool:
    """Whether an answer or a payment has made the step needless."""
    return (End.ANSWERED in bound.ended_by and case.answered) or (
        End.CLOSED in bound.ended_by and not case.is_open
    )


def _receipt_expected(case: Case, step: Step, history: Sequence[Fact], now: datetime) -> datetime | None:
    """Return until when a receipt of something sent may still come, or None when none is to be expected."""
    keys = [key for key in case.claims if key.partition("#")[0] == step.name]
    states = notice_states(keys, history)
    patience = timedelta(seconds=step.patience)
    ends = [
        datetime.fromtimestamp(claimed_at(case.claims[key]), UTC) + patience
        for key in keys
        if states[key] != FAILED
    ]
    return max((end for end in ends if end > now), default=None)


def _over_budget(this: Ground) -> bool:
    """Whether the time for trying further channels is over, counted from the step's first send."""
    own = (claim_key(this.step.name, each) for each in ChannelName)
    began = [claimed_at(this.case.claims[key]) for key in own if key in this.case.claims]
    return bool(began) and this.at.timestamp() > min(began) + this.step.budget
