"""One send, at most once and never lost silently: claim, send, record (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.channels import Accepted, Channel, Outgoing, Refused, Unsure
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.contact_rules import Decision
from chalicelib.notices.compose import Message
from chalicelib.notices.plan import claim_key
from chalicelib.store import claims, facts
from chalicelib.store.facts import Fact

# SDK total < Lambda timeout (60 s) < lease < queue visibility: past it no sender can still be sending.
LEASE = timedelta(seconds=90)


class Sending(StrEnum):
    """What became of one send."""

    SENT = "SENT"
    FAILED = "FAILED"
    AGAIN = "AGAIN"
    UNSURE = "UNSURE"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class Notice:
    """A composed message of one step, with the decision that allowed it."""

    id: str
    step: str
    channel: ChannelName
    message: Message
    decision: Decision
    link: str


def claim_value(attempt: str, at: datetime) -> str:
    """Return what a claim holds: who sends (8 characters tell a case's few attempts apart) and since when."""
    return f"{attempt[:8]}@{int(at.timestamp())}"


def lease_over(value: str, now: datetime) -> bool:
    """Whether the sender who wrote this claim cannot be sending any more."""
    return now.timestamp() > int(value.rpartition("@")[2]) + LEASE.total_seconds()


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends notices through the channels there are; `attempt` names this one invocation."""

    channels: Mapping[ChannelName, Channel]
    clock: Callable[[], datetime]

    def send(self, case: Case, notice: Notice, attempt: str) -> Sending:
        """Send a notice unless the case changed meanwhile; returns what became of it.

        The claim rechecks everything that forbids the send, so a payment that arrives first wins. LOST: the
        claim went to someone else or the case no longer allows it. AGAIN: the provider surely has nothing
        and asks to come back. UNSURE: left claimed; a receipt or the sweeper settles it.
        """
        now = self.clock()
        key, value = claim_key(notice.step, notice.channel), claim_value(attempt, now)
        claimed = claims.claim(case, key, value, now)
        if claimed is None:
            return Sending.LOST
        result = self.channels[notice.channel].send(_outgoing(claimed, notice, attempt))
        match result:
            case Accepted(message_id):
                self._record(case, FactKind.SENT, notice, {"provider_message_id": message_id})
                return Sending.SENT
            case Refused(_, again=True):
                claims.release(case, key, value)
                return Sending.AGAIN
            case Refused(code):
                self._record(case, FactKind.FAILED, notice, {"code": code})
                return Sending.FAILED
            case Unsure():
                return Sending.UNSURE

    def _record(self, case: Case, kind: FactKind, notice: Notice, more: Mapping[str, str]) -> None:
        detail = {
            "notice_id": notice.id,
            "template": notice.message.template,
            "digest": notice.message.digest,
            "rule": notice.decision.rule,
            "profile_version": notice.decision.profile_version,
            **more,
        }
        facts.append(Fact(case.id, kind, self.clock(), (notice.step, notice.channel.value), detail))


def _outgoing(case: Case, notice: Notice, attempt: str) -> Outgoing:
    message = notice.message
    tags = {
        "case_id": str(case.id),
        "step": notice.step,
        "channel": notice.channel.value,
        "notice_id": notice.id,
        "attempt": attempt,
    }
    to = case.borrower.address(notice.channel) or ""
    return Outgoing(to, message.subject, message.text, message.html, tags, f"{notice.link}?stop=EMAIL")
