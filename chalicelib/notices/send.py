"""One send, at most once and never lost silently: keep, claim, send, record (docs/architecture.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.channels import Accepted, Channel, Outgoing, Refused, Unsure
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, ContactState, FactKind
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.moments import stamp
from chalicelib.domain.person import Contact
from chalicelib.notices.compose import Message
from chalicelib.notices.outcome import Outcome, Sending, told
from chalicelib.notices.plan import Ground, claim_key
from chalicelib.store import claims, facts, persons
from chalicelib.store.archive import Archive
from chalicelib.store.claims import Moved
from chalicelib.store.facts import Fact

# SDK total < Lambda timeout (60 s) < lease < queue visibility: past it no sender can still be sending.
LEASE = timedelta(seconds=90)
_CLAIM_TRIES = 4


@dataclass(frozen=True, slots=True)
class Notice:
    """A composed message of one step, with the decision that allowed it."""

    id: str
    step: str
    channel: ChannelName
    message: Message
    decision: Decision
    link: str
    last_resort: bool = False
    fallback: bool = False

    @property
    def key(self) -> str:
        """The claim key of its one send."""
        return claim_key(self.step, self.channel)


def claim_value(attempt: str, at: datetime) -> str:
    """Return what a claim holds: who sends (8 characters tell a case's few attempts apart) and since when."""
    return f"{attempt[:8]}@{int(at.timestamp())}"


def claimed_at(value: str) -> float:
    """Return since when a claim stands (epoch seconds)."""
    return float(value.rpartition("@")[2])


def lease_over(value: str, now: datetime) -> bool:
    """Whether the sender who wrote this claim cannot be sending any more."""
    return now.timestamp() > claimed_at(value) + LEASE.total_seconds()


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends notices through the channels of one lender; `archive` keeps each message byte for byte."""

    channels: Mapping[ChannelName, Channel]
    archive: Archive
    clock: Callable[[], datetime]

    def send(self, ground: Ground, notice: Notice, attempt: str) -> Outcome:
        """Send a notice unless case or person changed meanwhile; returns what became of it.

        The rules are asked once more for the moment of sending itself: writing took its time. The claim
        rechecks everything else that forbids the send, so a payment that arrives first wins, and counts the
        contact for the person, so that no two senders overshoot a cap. LOST: the claim went to someone else
        or the rules no longer allow it. AGAIN: the provider surely has nothing and asks to come back.
        UNSURE: left claimed; a receipt or the sweeper settles it.
        """
        self._keep(ground, notice)
        ground = replace(ground, at=self.clock())
        value = claim_value(attempt, ground.at)
        claimed = self._claim(ground, notice, value)
        if claimed is None:
            return Outcome(Sending.LOST)
        outgoing = _outgoing(claimed, notice, attempt, ground.open_for(notice.channel))
        match self.channels[notice.channel].send(outgoing):
            case Accepted(message_id, provider):
                self._record(ground, FactKind.SENT, notice, provider=provider, provider_message_id=message_id)
                return Outcome(Sending.SENT)
            case Refused(code, again=True):
                claims.release(ground.case, ground.person.key, notice.key, value)
                return Outcome(Sending.AGAIN, told(code))
            case Refused(code):
                self._record(ground, FactKind.FAILED, notice, code=told(code))
                name = persons.contact_name(ground.case.id, notice.key)
                persons.settle(ground.person.key, name, ContactState.FAILED)
                return Outcome(Sending.FAILED, told(code))
            case Unsure(code):
                return Outcome(Sending.UNSURE, told(code))

    def _claim(self, ground: Ground, notice: Notice, value: str) -> Case | None:
        """Claim the send; when the person was contacted or heard from meanwhile, ask the rules again."""
        case, step = ground.case, ground.step
        contact = Contact(ground.at, notice.channel, step.purpose, case.lender, case.id.loan_key)
        unreached = notice.step if notice.fallback else ""
        for _ in range(_CLAIM_TRIES):
            if ground.decide(notice.channel, last_resort=notice.last_resort).verdict != Verdict.ALLOW:
                return None
            claimed = claims.claim(case, ground.person, notice.key, value, contact, unreached=unreached)
            if not isinstance(claimed, Moved):
                return claimed
            ground = ground.on(case, persons.get(ground.person.key))
        return None

    def _keep(self, ground: Ground, notice: Notice) -> None:
        """Keep the message byte for byte before anything is claimed: nothing leaves that is not on record.

        Its digest is in the key, so that of two senders none writes over what the other sent.
        """
        message, folder = notice.message, f"cases/{ground.case.id}"
        name = f"{notice.id}-{message.digest[:16]}"
        kept = {
            "notice_id": notice.id,
            "step": notice.step,
            "channel": notice.channel.value,
            "language": message.language,
            "template": message.template,
            "digest": message.digest,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "rule": notice.decision.rule,
            "profile_version": notice.decision.profile_version,
            "at": stamp(self.clock()),
        }
        body = json.dumps(kept, ensure_ascii=False).encode()
        self.archive.put(f"{folder}/notices/{name}.json", body)
        if message.pdf:
            pages = hashlib.sha256(message.pdf).hexdigest()[:16]
            self.archive.put(f"{folder}/letters/{notice.id}-{pages}.pdf", message.pdf, "application/pdf")

    def _record(self, ground: Ground, kind: FactKind, notice: Notice, **more: str) -> None:
        detail = {
            "notice_id": notice.id,
            "template": notice.message.template,
            "digest": notice.message.digest,
            "rule": notice.decision.rule,
            "profile_version": notice.decision.profile_version,
            **more,
        }
        if address := ground.case.borrower.address_key(notice.channel).digest:
            detail["address"] = address
        if notice.message.pdf:
            detail["pages"] = hashlib.sha256(notice.message.pdf).hexdigest()
        which = (notice.step, notice.channel.value)
        facts.append(Fact(ground.case.id, kind, self.clock(), which, detail))


def _outgoing(case: Case, notice: Notice, attempt: str, ttl: int) -> Outgoing:
    message = notice.message
    tags = {
        "case_id": str(case.id),
        "step": notice.step,
        "channel": notice.channel.value,
        "notice_id": notice.id,
        "attempt": attempt,
    }
    return Outgoing(
        to=case.borrower.address(notice.channel) or "",
        subject=message.subject,
        text=message.text,
        html=message.html,
        tags=tags,
        unsubscribe_url=f"{notice.link}/stop",
        language=message.language,
        template=message.template,
        values=message.values,
        pdf=message.pdf,
        lender=case.lender,
        link=notice.link,
        ttl=ttl,
    )
