"""Writes the messages of one step and hands each to its channel; the same for first sends and fallbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import links
from chalicelib.channels.alibaba_rules import UNFIT
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.moments import stamp
from chalicelib.domain.windows import zones_of
from chalicelib.notices.outcome import Outcome
from chalicelib.notices.plan import PROVIDER_BUSY, Ground, Plan
from chalicelib.notices.send import Sender
from chalicelib.store import batch, facts, persons, printed
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact
from chalicelib.store.lenders import Lender
from chalicelib.store.links import Link
from chalicelib.store.rows import Row
from chalicelib.telemetry import Metric, Telemetry
from chalicelib.workflow.write_notice import WriteNotice

Verdicts = Sequence[tuple[ChannelName, Decision]]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Carries out what a plan allows, and records what it does not."""

    write: WriteNotice
    sender: Sender
    telemetry: Telemetry
    randomness: Callable[[int], bytes]
    pepper: Callable[[], bytes]
    public_url: str
    lender_of: Callable[[str], Lender]

    def send(
        self,
        this: Ground,
        allowed: Verdicts,
        wait: Row | None,
        attempt: str,
        sent: Iterable[Fact],
        **kind: bool,
    ) -> list[Outcome]:
        """Send the step's messages over the channels allowed; returns what became of each.

        `wait` is the row of the wait this is done in: stored with the link before the first send, so that no
        message carries a dead link and no answer finds nobody waiting. `sent`: the case's SENT facts so far;
        `kind`: `fallback`, `last_resort`. Raises NoticeBlocked, once on record, before anything is sent.
        """
        lender = self.lender_of(this.case.lender)
        tokens = {channel: links.new_token(self.randomness) for channel, _ in allowed}
        rounds = {step.name for step in this.profile.steps}
        before = [fact for fact in sent if fact.which[0] in rounds]
        notices = [
            self.write(this, pair, lender, f"{self.public_url}/n/{tokens[pair[0]]}", before, **kind)
            for pair in allowed
        ]
        rows = [wait] if wait else []
        rows += [link_rows.row_of(self._link(this, channel, token)) for channel, token in tokens.items()]
        rows += self._printed(this) if notices else []
        if rows:
            batch.write(rows)
        results: list[Outcome] = []
        for number, notice in enumerate(notices):
            ground = this if number == 0 else this.on(this.case, persons.get(this.person.key))
            results.append(self.sender.send(ground, notice, attempt))
            self._tell(this, notice.channel, results[-1])
        return results

    def record_denials(self, this: Ground, todo: Plan) -> None:
        """Put every refusal on record, with its rule (invariant 21)."""
        for channel, decision in todo.having(Verdict.DENY):
            which = (this.step.name, channel.value, decision.rule)
            if facts.append(Fact(this.case.id, FactKind.DENIED, this.at, which, reason(decision))):
                self.telemetry.count(Metric.NOTICE_DENIED)
                self.log("notice denied", this, channel, rule=decision.rule)

    def record_deferrals(
        self, this: Ground, waiting: Verdicts, codes: Mapping[ChannelName, str] | None = None
    ) -> datetime:
        """Put on record what has to wait and under which rule; returns when the first of it may go.

        `codes`: what a provider said that asked to come back. An outage of days must not fill a case: once
        the step has been due for a day, it leaves one line a day for each code.
        """
        moments = [decision.not_before or this.at for _, decision in waiting]
        for (channel, decision), moment in zip(waiting, moments, strict=True):
            which: tuple[str, ...] = (this.step.name, channel.value, stamp(moment))
            detail = reason(decision) | {"not_before": stamp(moment)}
            if decision.rule == PROVIDER_BUSY:
                detail["code"] = code = (codes or {}).get(channel, "other")
                if this.at - this.since > _DAY:
                    which = (*which[:2], this.at.date().isoformat(), code)
            facts.append(Fact(this.case.id, FactKind.DEFERRED, this.at, which, detail))
        return min(moments)

    def _tell(self, this: Ground, channel: ChannelName, outcome: Outcome) -> None:
        """Count and log what became of a send; what no provider takes as it is written is a block."""
        self.telemetry.count(f"Notice{outcome.sending.value.capitalize()}")
        self.log("notice handled", this, channel, result=outcome.sending.value, code=outcome.code)
        if outcome.code.startswith(UNFIT):
            self.telemetry.count(Metric.NOTICE_BLOCKED)
            ids = {"case_id": str(this.case.id), "lender": this.case.lender, "step": this.step.name}
            lacks = {"error": "UnfitVariable", "missing": outcome.code.removeprefix(UNFIT)}
            self.telemetry.problem("notice blocked", **ids, channel=channel.value, **lacks)

    def log(self, message: str, this: Ground, channel: ChannelName, **more: str) -> None:
        """Log what happened to one notice; ids only."""
        ids = {"case_id": str(this.case.id), "lender": this.case.lender, "step": this.step.name}
        self.telemetry.event(message, **ids, channel=channel.value, **more)

    def _link(self, this: Ground, channel: ChannelName, token: str) -> Link:
        """Each channel has a link of its own, so that it is known what opening it proves."""
        lives = timedelta(seconds=this.profile.response_time + this.profile.answered_wait)
        address = this.case.borrower.address_key(channel).digest
        return Link(links.digest(token, self.pepper()), this.case.id, this.at + lives, channel, address)

    def _printed(self, this: Ground) -> list[Row]:
        """Return the rows that let the message be asked about by its check code, and its case be found."""
        case, zone = this.case, zones_of(this.case.borrower.timezone, this.profile.zones)[0]
        code = links.check_code(str(case.id), this.step.name, self.pepper())
        digest = links.check_digest(code, this.at.astimezone(zone).date(), self.pepper())
        rows = [printed.check_row(digest, this.at)]
        if case.noticed_at is None:  # later messages say the same reference
            rows.append(printed.reference_row(case.id, timedelta(days=this.profile.retention_days), this.at))
        return rows


def codes_of(allowed: Verdicts, results: Iterable[Outcome]) -> dict[ChannelName, str]:
    """Return by channel what providers said that did not take what was sent over it."""
    return {channel: each.code for (channel, _), each in zip(allowed, results, strict=True) if each.code}


def reason(decision: Decision) -> dict[str, str]:
    """Return what is stored of a decision."""
    return {"rule": decision.rule, "profile_version": decision.profile_version}
