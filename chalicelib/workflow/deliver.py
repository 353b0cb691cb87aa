"""Deliver and Pause: wait for receipts, and try the next channel when a message did not arrive."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.errors import NoticeBlocked, TryAgain
from chalicelib.domain.profile import Step
from chalicelib.domain.purposes import End, PurposeRule
from chalicelib.mediation import messages, release
from chalicelib.mediation.agreement import told as of_agreement
from chalicelib.notices.outcome import Outcome, Sending
from chalicelib.notices.plan import PROVIDER_BUSY, Ground, plan_fallback
from chalicelib.notices.under_way import failed, posted, receipt_expected, time_ends, waits_too_long
from chalicelib.repayment import court
from chalicelib.repayment import told as of_plan
from chalicelib.store import cases, claims, facts, watches
from chalicelib.store.facts import Fact
from chalicelib.store.watches import Watch
from chalicelib.telemetry import Metric
from chalicelib.timers import Timers
from chalicelib.workflow.backoff import Backoff, first_deferred
from chalicelib.workflow.dispatch import Dispatch, Verdicts, codes_of
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
            self._rest(task)
            return
        for _ in range(_TRIES):
            if self._carry_out(task, attempt):
                return
        raise TryAgain("the case changed while its notice was written")

    def _carry_out(self, task: Task, attempt: str) -> bool:
        case = cases.get(task.case_id)
        profile = profiles.of_version(case.profile, case.profile_version)
        step, now = profile.step_named(task.step), self.clock()
        done = step.name in case.reached or _needs_none(case, profile.purposes[step.purpose])
        if done or _is_needless(case, step.name, now):
            return self.timers.delivered(task.token) or True
        history = facts.of(case.id)
        until = receipt_expected(case, step, history, now)
        if until:
            return self._await_receipt(task, step, until, now)
        if posted(case, step, history):
            return self.timers.delivered(task.token) or True
        this = Ground(*claims.read_together(case), profile, step, now, task.at or now)
        return self._send_next(this, task, history, attempt)

    def _rest(self, task: Task) -> None:
        """Keep the token of a pause; one in which a receipt may come (a letter's) is ended by it."""
        now = self.clock()
        until = now + timedelta(seconds=task.seconds)
        case = cases.get(task.case_id)
        step = profiles.of_version(case.profile, case.profile_version).step_named(task.step)
        expected = receipt_expected(case, step, facts.of(case.id), now)
        self._watch(task, step, until, paused=not expected)

    def _await_receipt(self, task: Task, step: Step, until: datetime, now: datetime) -> bool:
        """Wait for receipts; days of the post are a pause, since this state waits no longer than minutes."""
        seconds = math.ceil((until - now).total_seconds())
        if seconds > step.patience:
            return self.timers.defer(task.token, Stage.DELIVER, seconds) or True
        return self._watch(task, step, until)

    def _watch(self, task: Task, step: Step, until: datetime, *, paused: bool = False) -> bool:
        """Wait, then look again: a receipt that came before the wait was stored found nobody to wake."""
        watches.put(Watch(task.case_id, step.name, task.token, until, task.entered, paused))
        case = cases.get(task.case_id)
        if step.name in case.reached:
            self.timers.delivered(task.token)
        elif not paused:
            expected = receipt_expected(case, step, facts.of(case.id), self.clock())
            if waits_too_long(expected, until):
                self.timers.undelivered(task.token)
        return True

    def _send_next(self, this: Ground, task: Task, history: Sequence[Fact], attempt: str) -> bool:
        """Send over the first channel that may be used now; returns False when it has to be planned anew."""
        todo = plan_fallback(this, failed(this.case, this.step, history))
        self.dispatch.record_denials(this, todo)
        if not todo.unfinished or _over_time(this):
            return self._give_up(this, task)
        busy: list[tuple[ChannelName, Decision]] = []
        codes: dict[ChannelName, str] = {}
        for one in todo.having(Verdict.ALLOW):
            with suppress(NoticeBlocked):  # on record and alarmed; the next channel need not lack the same
                results = self._send(this, task, one, todo.last_resort, history, attempt)
                waiting = self.backoff.of(this, [one], results, history)
                if not waiting:
                    if busy:  # tried and refused, though it is another one's turn now
                        self.dispatch.record_deferrals(this, busy, codes)
                    return self._follow(task, results)
                busy += waiting
                codes |= codes_of([one], results)
                if not _out_of_patience(this, one[0], history):
                    break
        if waiting := [*busy, *todo.having(Verdict.DEFER)]:
            return self._pause(this, task, waiting, codes)
        # Every channel that is left is blocked: look again later, somebody may have mended it.
        until = this.at + timedelta(seconds=this.step.patience)
        watches.put(Watch(task.case_id, task.step, task.token, until, task.entered, paused=True))
        return True

    def _send(
        self,
        this: Ground,
        task: Task,
        one: tuple[ChannelName, Decision],
        last_resort: bool,
        history: Sequence[Fact],
        attempt: str,
    ) -> list[Outcome]:
        deadline = this.at + timedelta(seconds=this.step.patience)
        wait = watches.row_of(Watch(this.case.id, this.step.name, task.token, deadline, task.entered))
        sent = [fact for fact in history if fact.kind == FactKind.SENT]
        kind = {"fallback": True, "last_resort": last_resort}
        return self.dispatch.send(this, [one], wait, attempt, sent, **kind)

    def _follow(self, task: Task, results: Sequence[Outcome]) -> bool:
        """Try the next channel at once after a failure; returns False when a claim was lost."""
        became = {each.sending for each in results}
        if Sending.FAILED in became:
            self.timers.undelivered(task.token)
        return Sending.LOST not in became

    def _pause(self, this: Ground, task: Task, waiting: Verdicts, codes: Mapping[ChannelName, str]) -> bool:
        until = self.dispatch.record_deferrals(this, waiting, codes)
        seconds = math.ceil((until - this.at).total_seconds())
        return self.timers.defer(task.token, Stage.DELIVER, seconds) or True

    def _give_up(self, this: Ground, task: Task) -> bool:
        """No channel is left or the time is over: on record, counted, and the case goes on."""
        if facts.append(Fact(this.case.id, FactKind.UNREACHED, this.at, (this.step.name,))):
            self.dispatch.telemetry.count(Metric.NOTICE_UNREACHED)
        return self.timers.exhausted(task.token) or True


def _is_needless(case: Case, step: str, now: datetime) -> bool:
    """Whether what a message asks for is done, or overtaken, by now."""
    needless = of_plan.is_needless(case, step) or of_agreement.is_needless(case, step)
    needless = needless or messages.is_needless(case, step) or release.is_needless(case, step)
    return needless or court.is_needless(case, step, now)


def _needs_none(case: Case, bound: PurposeRule) -> bool:
    """Whether an answer or a payment has made the step needless."""
    return (End.ANSWERED in bound.ended_by and case.answered) or (
        End.CLOSED in bound.ended_by and not case.is_open
    )


def _out_of_patience(this: Ground, channel: ChannelName, history: Sequence[Fact]) -> bool:
    """Whether a provider has been busy for as long as its channel is waited for: the next one's turn."""
    own = [fact for fact in history if fact.which[1:2] == (channel.value,)]
    since = first_deferred(this.step, own, PROVIDER_BUSY)
    return since is not None and this.at >= since + timedelta(seconds=this.step.patience)


def _over_time(this: Ground) -> bool:
    end = time_ends(this.case, this.step)
    return end is not None and this.at > end
