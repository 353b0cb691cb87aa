"""The task of Notify, Remind and RemindAgain: send what may go now, then let the machine wait."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
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
        now = self.clock()
        case = cases.get(task.case_id)
        if ended(task, case, self.timers):
            return
        profile = profiles.of_version(case.profile, case.profile_version)
        step = profile.step(task.stage)
        todo = plan(case, step, profile, now)
        allowed = todo.having(Verdict.ALLOW)
        self._record_denials(case, step, todo, now)
        if not allowed and todo.not_before:
            self._defer(task, case, step, todo, todo.not_before, now)
        elif allowed or not self._resumed(task, case, profile, now):
            self._send(task, case, step, profile, allowed, attempt, now)
            if todo.not_before:  # what had to wait comes back for its turn
                self._defer(task, case, step, todo, todo.not_before, now)

    def _send(
        self,
        task: Task,
        case: Case,
        step: Step,
        profile: Profile,
        allowed: tuple[tuple[ChannelName, Decision], ...],
        attempt: str,
        now: datetime,
    ) -> None:
        token = links.new_token(self.randomness)
        link = f"{self.public_url}/n/{token}"
        notices = self._compose(case, step, profile, allowed, link, now)
        expires = now + timedelta(seconds=profile.response_time + profile.answered_wait)
        wait = Wait(case.id, task.stage, NEXT[task.stage], task.token, now + timedelta(seconds=step.wait))
        # Both before the first send: no message may carry a dead link, no answer may find nobody waiting.
        batch.write(
            (link_rows.row_of(Link(links.digest(token, self.pepper()), case.id, expires)), waits.row_of(wait))
        )
        results = [self.sender.send(case, notice, attempt) for notice in notices]
        for notice, result in zip(notices, results, strict=True):
            self.telemetry.count(f"Notice{result.value.capitalize()}")
            self._log("notice handled", case, notice.step, notice.channel, result=result.value)
        if Sending.AGAIN in results:
            raise TryAgain(f"{step.name}: a provider asks to come back later")
        if Sending.LOST in results:
            self._look_again(task, case)

    def _look_again(self, task: Task, before: Case) -> None:
        """A claim was lost: end the wait if the case is over, plan anew if it changed otherwise."""
        case = cases.get(task.case_id)
        if not ended(task, case, self.timers) and _grounds(case) != _grounds(before):
            raise TryAgain("the case changed while the notice was written")

    def _compose(
        self,
        case: Case,
        step: Step,
        profile: Profile,
        allowed: tuple[tuple[ChannelName, Decision], ...],
        link: str,
        now: datetime,
    ) -> list[Notice]:
        lender, language = self.lender_of(case.lender), language_of(case, profile)
        sent = facts.of(case.id, FactKind.SENT) if step.stage != Stage.NOTIFY else []
        # A reminder of nothing would be false: when no notice went out yet, this one is the first.
        template = step.name if sent else profile.steps[0].name
        notices = []
        for channel, decision in allowed:
            ident = notice_id(case.id, step.name, channel.value)
            message = compose(
                profile=profile.jurisdiction,
                step=template,
                channel=channel.value,
                language=language,
                variables=fill(
                    case, lender, profile, language=language, link=link, notice_id=ident, at=now, sent=sent
                ),
            )
            notices.append(Notice(ident, step.name, channel, message, decision, link))
        return notices

    def _record_denials(self, case: Case, step: Step, todo: Plan, now: datetime) -> None:
        for channel, decision in todo.having(Verdict.DENY):
            which = (step.name, channel.value, decision.rule)
            facts.append(Fact(case.id, FactKind.DENIED, now, which, _reason(decision)))
            self.telemetry.count(Metric.NOTICE_DENIED)
            self._log("notice denied", case, step.name, channel, rule=decision.rule)

    def _log(self, message: str, case: Case, step: str, channel: ChannelName, **more: str) -> None:
        self.telemetry.event(
            message, case_id=str(case.id), lender=case.lender, step=step, channel=channel.value, **more
        )

    def _defer(self, task: Task, case: Case, step: Step, todo: Plan, until: datetime, now: datetime) -> None:
        for channel, decision in todo.having(Verdict.DEFER):
            which = (step.name, channel.value, stamp(until))
            detail = _reason(decision) | {"not_before": stamp(until)}
            facts.append(Fact(case.id, FactKind.DEFERRED, now, which, detail))
        seconds = math.ceil((until - now).total_seconds())
        self.timers.defer(task.token, task.stage, seconds)

    def _resumed(self, task: Task, case: Case, profile: Profile, now: datetime) -> bool:
        """Nothing is left to send here: an execution that was started anew waits out what is left.

        Only a wait that leads past this stage counts; one that leads back to it would never end. A later
        stage that broke before all its messages were out is entered again, at once.
        """
        before = waits.get(task.case_id)
        if before is None or before.token == task.token or not follows(before.resume, task.stage):
            return False
        stage, seconds = before.resume, math.ceil((before.deadline - now).total_seconds())
        if (
            follows(before.stage, task.stage)
            and plan(case, profile.step(before.stage), profile, now).unfinished
        ):
            stage, seconds = before.stage, 0
        return self.timers.defer(task.token, stage, seconds) or True


def _grounds(case: Case) -> tuple[datetime, frozenset[str], frozenset[ChannelName]]:
    """What a plan rests on; a changed one must leave its new decision on record."""
    return case.balance_at, case.holds, case.opted_out


def _reason(decision: Decision) -> dict[str, str]:
    return {"rule": decision.rule, "profile_version": decision.profile_version}
