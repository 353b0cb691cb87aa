"""The task of Notify, Remind and RemindAgain: send what may go now, then let the machine wait."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib import links, profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.errors import TryAgain
from chalicelib.domain.keys import notice_id
from chalicelib.domain.moments import stamp
from chalicelib.domain.profile import Profile, Step
from chalicelib.notices.compose import compose
from chalicelib.notices.fill import fill, language_of
from chalicelib.notices.plan import Plan, plan
from chalicelib.notices.send import Notice, Sender, Sending
from chalicelib.store import batch, cases, facts, waits
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact
from chalicelib.store.lenders import Lender
from chalicelib.store.links import Link
from chalicelib.store.waits import Wait
from chalicelib.telemetry import Metric, Telemetry
from chalicelib.timers import Timers
from chalicelib.workflow.task import NEXT, Task, ended, follows

Allowed = Sequence[tuple[ChannelName, Decision]]


@dataclass(frozen=True, slots=True)
class Round:
    """One run of one step for one case: what it rests on."""

    task: Task
    case: Case
    profile: Profile
    step: Step
    now: datetime

    def after(self, case: Case) -> Round:
        """Return this round on the case as it has become."""
        return replace(self, case=case)

    @property
    def plan(self) -> Plan:
        """What the step may send on this ground."""
        return plan(self.case, self.step, self.profile, self.now)


@dataclass(frozen=True, slots=True)
class SendNotice:
    """Carries out one step of messages of one case."""

    timers: Timers
    sender: Sender
    telemetry: Telemetry
    clock: Callable[[], datetime]
    randomness: Callable[[int], bytes]
    pepper: Callable[[], bytes]
    public_url: str
    lender_of: Callable[[str], Lender]

    def __call__(self, task: Task, attempt: str) -> None:
        """Send the step's messages, or end the wait when the step has to wait itself or is over.

        `attempt` is the invocation's id. Raises MissingVariables before anything is sent, TryAgain when a
        provider asks to come back (the machine retries the step; what was sent stays sent).
        """
        case = cases.get(task.case_id)
        if ended(task, case, self.timers):
            return
        profile = profiles.of_version(case.profile, case.profile_version)
        this = Round(task, case, profile, profile.step(task.stage), self.clock())
        todo = this.plan
        allowed = todo.having(Verdict.ALLOW)
        self._record_denials(this, todo)
        if not allowed and todo.not_before:
            self._defer(this, todo, todo.not_before)
        elif allowed or not self._resumed(this):
            self._send(this, allowed, attempt)
            if todo.not_before:  # what had to wait comes back for its turn
                self._defer(this, todo, todo.not_before)

    def _send(self, this: Round, allowed: Allowed, attempt: str) -> None:
        token = links.new_token(self.randomness)
        notices = self._compose(this, allowed, f"{self.public_url}/n/{token}")
        # Both before the first send: no message may carry a dead link, no answer may find nobody waiting.
        batch.write((link_rows.row_of(self._link(this, token)), waits.row_of(_wait(this))))
        results = [self.sender.send(this.case, notice, attempt) for notice in notices]
        for notice, result in zip(notices, results, strict=True):
            self.telemetry.count(f"Notice{result.value.capitalize()}")
            self._log("notice handled", this, notice.channel, result=result.value)
        if Sending.AGAIN in results:
            raise TryAgain(f"{this.step.name}: a provider asks to come back later")
        if Sending.LOST in results:
            self._look_again(this)

    def _look_again(self, before: Round) -> None:
        """A claim was lost: record what forbids the send now, and end the wait or plan anew."""
        this = before.after(cases.get(before.case.id))
        self._record_denials(this, this.plan)
        if not ended(this.task, this.case, self.timers) and _grounds(this.case) != _grounds(before.case):
            raise TryAgain("the case changed while the notice was written")

    def _compose(self, this: Round, allowed: Allowed, link: str) -> list[Notice]:
        case, profile = this.case, this.profile
        lender, language = self.lender_of(case.lender), language_of(case, profile)
        sent = facts.of(case.id, FactKind.SENT) if this.step.stage != Stage.NOTIFY else []
        # A reminder of nothing would be false: when no notice went out yet, this one is the first.
        template = this.step.name if sent else profile.steps[0].name
        notices = []
        for channel, decision in allowed:
            ident = notice_id(case.id, this.step.name, channel.value)
            variables = fill(
                case, lender, profile, language=language, link=link, notice_id=ident, at=this.now, sent=sent
            )
            message = compose(
                profile=profile.jurisdiction,
                step=template,
                channel=channel.value,
                language=language,
                variables=variables,
            )
            notices.append(Notice(ident, this.step.name, channel, message, decision, link))
        return notices

    def _link(self, this: Round, token: str) -> Link:
        lives = timedelta(seconds=this.profile.response_time + this.profile.answered_wait)
        return Link(links.digest(token, self.pepper()), this.case.id, this.now + lives)

    def _record_denials(self, this: Round, todo: Plan) -> None:
        for channel, decision in todo.having(Verdict.DENY):
            which = (this.step.name, channel.value, decision.rule)
            facts.append(Fact(this.case.id, FactKind.DENIED, this.now, which, _reason(decision)))
            self.telemetry.count(Metric.NOTICE_DENIED)
            self._log("notice denied", this, channel, rule=decision.rule)

    def _log(self, message: str, this: Round, channel: ChannelName, **more: str) -> None:
        ids = {"case_id": str(this.case.id), "lender": this.case.lender, "step": this.step.name}
        self.telemetry.event(message, **ids, channel=channel.value, **more)

    def _defer(self, this: Round, todo: Plan, until: datetime) -> None:
        for channel, decision in todo.having(Verdict.DEFER):
            which = (this.step.name, channel.value, stamp(until))
            detail = _reason(decision) | {"not_before": stamp(until)}
            facts.append(Fact(this.case.id, FactKind.DEFERRED, this.now, which, detail))
        seconds = math.ceil((until - this.now).total_seconds())
        self.timers.defer(this.task.token, this.task.stage, seconds)

    def _resumed(self, this: Round) -> bool:
        """Nothing is left to send here: an execution that was started anew waits out what is left.

        Only a wait that leads past this stage counts; one that leads back to it would never end. A later
        stage that broke before all its messages were out is entered again, at once.
        """
        task, before = this.task, waits.get(this.case.id)
        if before is None or before.token == task.token or not follows(before.resume, task.stage):
            return False
        stage, seconds = before.resume, math.ceil((before.deadline - this.now).total_seconds())
        if follows(before.stage, task.stage):
            broken = replace(this, step=this.profile.step(before.stage))
            if broken.plan.unfinished:
                stage, seconds = before.stage, 0
        return self.timers.defer(task.token, stage, seconds) or True


def _wait(this: Round) -> Wait:
    deadline = this.now + timedelta(seconds=this.step.wait)
    return Wait(this.case.id, this.task.stage, NEXT[this.task.stage], this.task.token, deadline)


def _grounds(case: Case) -> tuple[datetime, frozenset[str], frozenset[ChannelName]]:
    """What a plan rests on; a changed one must leave its new decision on record."""
    return case.balance_at, case.holds, case.opted_out


def _reason(decision: Decision) -> dict[str, str]:
    return {"rule": decision.rule, "profile_version": decision.profile_version}
