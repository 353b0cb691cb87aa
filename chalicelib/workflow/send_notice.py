"""Notify, Remind and RemindAgain: send what may go now, then let the machine wait."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.contact_rules import Verdict
from chalicelib.domain.errors import TryAgain
from chalicelib.notices.outcome import Sending
from chalicelib.notices.plan import Ground, plan
from chalicelib.store import cases, claims, facts, waits
from chalicelib.store.facts import Fact
from chalicelib.store.waits import Wait
from chalicelib.timers import Timers
from chalicelib.workflow.backoff import Backoff, first_deferred, since_hold
from chalicelib.workflow.dispatch import Dispatch, Verdicts, codes_of
from chalicelib.workflow.task import NEXT, Task, ended, follows

_TRIES = 3


@dataclass(frozen=True, slots=True)
class SendNotice:
    """Carries out one step of messages of one case."""

    timers: Timers
    dispatch: Dispatch
    backoff: Backoff
    clock: Callable[[], datetime]

    def __call__(self, task: Task, attempt: str) -> None:
        """Send the step's messages, or end the wait when the step has to wait itself or is over.

        `attempt` is the invocation's id. Raises MissingVariables before anything is sent, TryAgain when the
        case keeps changing under the sender's hands (the message comes back; what was sent stays sent).
        """
        for _ in range(_TRIES):
            if self._carry_out(task, attempt):
                return
        raise TryAgain("the case changed while its notice was written")

    def _carry_out(self, task: Task, attempt: str) -> bool:
        """Do the step once; returns False when the case changed so that it has to be planned anew."""
        case = cases.get(task.case_id)
        before = waits.get(case.id)
        if ended(task, case, self.timers) or (before and before.entered > task.entered):
            return True  # over, or a late message of a stage the machine has left
        history = facts.of(case.id)
        this = self._ground(case, task, history)
        todo = plan(this)
        allowed = todo.having(Verdict.ALLOW)
        self.dispatch.record_denials(this, todo)
        if not allowed and todo.not_before:
            if len(this.unclaimed(this.step.channels)) < len(this.step.channels):
                self._see_delivered(this)
            self._defer(this, task, todo.having(Verdict.DEFER))
            return True
        if not allowed and before and self._resumed(this, task, before):
            return True
        sent = [fact for fact in history if fact.kind == FactKind.SENT]
        waits_already = not allowed and before is not None and before.token == task.token
        wait = None if waits_already else waits.row_of(_wait(this, task))
        results = self.dispatch.send(this, allowed, wait, attempt, sent)
        became = {each.sending for each in results}
        if Sending.LOST in became:
            return self._is_over(this, task)
        waiting = [*todo.having(Verdict.DEFER), *self.backoff.of(this, allowed, results, history)]
        if not waiting or became - {Sending.AGAIN}:
            self._see_delivered(this)
        if waiting:  # what had to wait comes back for its turn
            self._defer(this, task, waiting, codes_of(allowed, results))
        return True

    def _see_delivered(self, this: Ground) -> None:
        """From the first message on somebody waits for receipts, also while another channel has to wait."""
        if this.step.fallback:
            self.timers.deliver(this.case.id, this.step.name, this.step.patience, this.since)

    def _is_over(self, before: Ground, task: Task) -> bool:
        """A claim was lost: record what forbids the send now; returns whether the step is over with that."""
        this = before.on(*claims.read_together(cases.get(before.case.id)))
        self.dispatch.record_denials(this, plan(this))
        return ended(task, this.case, self.timers)

    def _ground(self, case: Case, task: Task, history: Iterable[Fact]) -> Ground:
        profile = profiles.of_version(case.profile, case.profile_version)
        step, now = profile.step(task.stage), self.clock()
        due = first_deferred(step, since_hold(step, history, profile)) or now
        return Ground(*claims.read_together(case), profile, step, now, due)

    def _defer(
        self, this: Ground, task: Task, waiting: Verdicts, codes: Mapping[ChannelName, str] | None = None
    ) -> None:
        """Record what has to wait, and let the machine come back when the first of it may go."""
        until = self.dispatch.record_deferrals(this, waiting, codes)
        self.timers.defer(task.token, task.stage, math.ceil((until - this.at).total_seconds()))

    def _resumed(self, this: Ground, task: Task, before: Wait) -> bool:
        """Nothing is left to send here: an execution that was started anew waits out what is left.

        Only a wait that leads past this stage counts; one that leads back to it would never end. A later
        stage that broke before all its messages were out is entered again, at once.
        """
        if before.token == task.token or not follows(before.resume, task.stage):
            return False
        stage, seconds = before.resume, math.ceil((before.deadline - this.at).total_seconds())
        if follows(before.stage, task.stage):
            broken = replace(this, step=this.profile.step(before.stage))
            if plan(broken).unfinished:
                stage, seconds = before.stage, 0
        return self.timers.defer(task.token, stage, seconds) or True


def _wait(this: Ground, task: Task) -> Wait:
    deadline = this.at + timedelta(seconds=this.step.wait)
    return Wait(this.case.id, task.stage, NEXT[task.stage], task.token, deadline, task.entered)
