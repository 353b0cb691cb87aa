"""Writes to a stranger about his complaint: each letter claimed on the complaint, sent at most once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib import links
from chalicelib.channels import Accepted, Channel, Outgoing, Refused, Result, is_code
from chalicelib.complaints import letters, standing
from chalicelib.complaints.letters import Letter, State
from chalicelib.complaints.stranger_words import written
from chalicelib.complaints.tell import REVIEW, of_decision
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.complaint import Complaint, ComplaintStatus
from chalicelib.domain.errors import Taken, TryAgain
from chalicelib.domain.person import AddressKey
from chalicelib.store import complaint_steps, complaints, persons, tries
from chalicelib.store.complaint_steps import Step
from chalicelib.telemetry import Metric, Telemetry

_AGAIN = timedelta(minutes=15)  # after which a provider that was busy is asked again
_MOST_TRIES = 8
_TRIES_AT_CONFLICT = 4


@dataclass(frozen=True, slots=True)
class TellStranger:
    """Sends what is owed. `channels` never retry and tell no case of what became of a message."""

    channels: Callable[[], Mapping[ChannelName, Channel]]
    person_key: Callable[[], bytes]
    randomness: Callable[[int], bytes]
    telemetry: Telemetry
    clock: Callable[[], datetime]
    public_url: str

    def __call__(self, found: Complaint, now: datetime) -> tuple[Complaint, datetime | None]:
        """Send each letter that is due; return the complaint as it then is, and when to look again.

        A letter in doubt is never sent again: once its lease is over it is UNKNOWN, and staff see it.
        Raises Taken when somebody acted on the complaint before a letter was claimed.
        """
        looks: list[datetime] = []
        for one in letters.letters(found, self._steps(found)):
            found, look = self._see_to(found, one, now)
            looks += [look] if look else []
        return found, min(looks, default=None)

    def _steps(self, found: Complaint) -> list[Step]:
        return [step for _, step in complaint_steps.of(found)]

    def _see_to(self, found: Complaint, one: Letter, now: datetime) -> tuple[Complaint, datetime | None]:
        way = letters.way_to(found.contact)
        if one.state == State.SENDING and one.at:
            if now <= one.at + letters.LEASE:
                return found, one.at + letters.LEASE + timedelta(seconds=1)
            return self._give_up(found, one, letters.TOLD_UNKNOWN, "no answer", now), None
        if one.state != State.OPEN or way is None:
            return found, None
        if why := self._barred(one, way, now):
            return self._give_up(found, one, letters.NOT_TOLD, why, now), None
        if one.at and now < one.at + _AGAIN:
            return found, one.at + _AGAIN
        hours, zones = standing.profile_of(found).hours, [ZoneInfo(found.zone)]
        opens = hours[way[0]].window.next_open(now, zones)
        if opens > now:
            return found, opens
        return self._send(found, one, way, now)

    def _barred(self, one: Letter, way: tuple[ChannelName, str], now: datetime) -> str:
        """Return why a letter must not leave, as a code; nothing when it may.

        Anybody can give anybody's address: no more than five letters a day go to one (*policy*).
        """
        channel, to = way
        key = links.person_key(to, self.person_key())
        person = persons.get(key)
        if now > one.due + letters.USEFUL or one.tries >= _MOST_TRIES:
            return "too_late"
        if channel in person.opted_out:
            return "opted_out"
        if person.lost(AddressKey(channel, links.address_digest(to, self.person_key()))):
            return "address_dead"
        if not one.tries and tries.take(tries.of_letters(key), now) is None:
            return "too_many"
        return ""

    def _send(
        self, found: Complaint, one: Letter, way: tuple[ChannelName, str], now: datetime
    ) -> tuple[Complaint, datetime | None]:
        channel, to = way
        attempt = self.randomness(8).hex()
        message = written(found, one.kind, channel, self.public_url)
        detail = {**_named(one), "channel": channel.value, "attempt": attempt}
        claimed = complaint_steps.take(found, found, Step(letters.TELLING, now, standing.SYSTEM, detail))
        outgoing = Outgoing(to, message.subject, message.text, message.html, tags={}, ttl=message.ttl)
        result = self.channels()[channel].send(outgoing)
        self.telemetry.event(
            "complainant told", reference=found.reference, letter=one.kind, channel=channel.value,
            became=type(result).__name__,
        )  # fmt: skip
        return self._record(claimed, one, detail, result)

    def _record(
        self, claimed: Complaint, one: Letter, detail: Mapping[str, object], result: Result
    ) -> tuple[Complaint, datetime | None]:
        """Record what became of a letter, whoever acted on the complaint meanwhile."""
        at = self.clock()
        if isinstance(result, Accepted):
            more = {"provider": result.provider, "message_id": result.message_id}
            return self._note(claimed, one, Step(letters.TOLD, at, standing.SYSTEM, {**detail, **more})), None
        if isinstance(result, Refused):
            name = letters.PUT_OFF if result.again else letters.NOT_TOLD
            step = Step(name, at, standing.SYSTEM, {**detail, "why": _told(result.code)})
            if not result.again:
                self._ring(claimed, one, step)
            return self._note(claimed, one, step), at + _AGAIN if result.again else None
        return claimed, at + letters.LEASE + timedelta(seconds=1)

    def _note(self, claimed: Complaint, one: Letter, step: Step) -> Complaint:
        found = claimed
        for _ in range(_TRIES_AT_CONFLICT):
            sent = step.name == letters.TOLD and _is_of_what_stands(found, one)
            after = replace(found, letter_at=found.letter_at or step.at) if sent else found
            try:
                return complaint_steps.take(found, after, step)
            except Taken:
                found = complaints.require(found.reference, found.id)
        raise TryAgain("complaint {reference} is being written by others", reference=found.reference)

    def _give_up(self, found: Complaint, one: Letter, name: str, why: str, now: datetime) -> Complaint:
        detail = {**_named(one), "why": why, "attempt": one.attempt}
        step = Step(name, now, standing.SYSTEM, detail)
        moved = complaint_steps.take(found, found, step)
        self._ring(found, one, step)
        return moved

    def _ring(self, found: Complaint, one: Letter, step: Step) -> None:
        """Tell who runs the service; staff see it on the complaint itself."""
        unknown = step.name == letters.TOLD_UNKNOWN
        self.telemetry.count(Metric.NOTICE_UNKNOWN if unknown else Metric.NOTICE_UNREACHED)
        why = str(step.detail["why"])
        self.telemetry.problem(
            "complainant not told", reference=found.reference, letter=one.kind, became=step.name, why=why
        )


def _named(one: Letter) -> dict[str, object]:
    return {"letter": one.kind, "round": one.round}


def _told(code: str) -> str:
    return code if is_code(code) else "refused"


def _is_of_what_stands(found: Complaint, one: Letter) -> bool:
    """Whether a letter tells the decision that stands: of an older one a review was asked for since."""
    if one.kind == REVIEW:
        return found.reviewed is not None
    return one.kind == of_decision(found) and found.status == ComplaintStatus.DECIDED
