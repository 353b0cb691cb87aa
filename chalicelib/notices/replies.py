"""What a reply changes: the channel is silenced, or the address is not his, or a person must read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import links, profiles
from chalicelib.channels.replies import Reply
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.person import Person
from chalicelib.notices.plan import claim_key
from chalicelib.notices.reply_words import Meaning, meaning_of
from chalicelib.notices.wrong_person import disown
from chalicelib.store import cases, facts, persons, strangers
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

CONFIRMATION = "opt_out_confirmation"


@dataclass(frozen=True, slots=True)
class Replies:
    """Takes texts that people send back; `person_key`: the key of stored addresses."""

    timers: Timers
    person_key: Callable[[], bytes]
    clock: Callable[[], datetime]

    def take(self, reply: Reply) -> Meaning:
        """Do what a reply means for its sender, on all his cases; returns the meaning, for the record.

        Repeats change nothing. The withdrawal comes before its confirmation: a death between them silences
        the channel, and the next delivery of the reply confirms it.
        """
        key, now = links.person_key(reply.phone, self.person_key()), self.clock()
        phone = links.address_digest(reply.phone, self.person_key())
        meaning = meaning_of(reply.text)
        person = persons.get(key)
        concerned = _cases(person)
        detail = {"text": reply.text, "provider": reply.provider, "meaning": meaning.value}
        for case_id in concerned:
            facts.append(Fact(case_id, FactKind.REPLY, now, (reply.reply_id.replace("#", "")[:64],), detail))
        if meaning == Meaning.OTHER and not concerned:
            strangers.keep(reply.provider, reply.reply_id, reply.phone, reply.text, now)
        if meaning == Meaning.WRONG_PERSON:
            disown(key, ChannelName.SMS, phone, concerned, now)
        if meaning == Meaning.STOP:
            persons.opt_out(key, ChannelName.SMS)
            for case_id in concerned:
                facts.append(Fact(case_id, FactKind.PREFERENCE, now, (ChannelName.SMS.value, "STOP")))
            self._confirm(person, concerned, now)
        return meaning

    def _confirm(self, person: Person, concerned: list[CaseId], now: datetime) -> None:
        """Confirm once, in the words of his latest case; a person nobody wrote to of late gets no more.

        A later STOP, of which another case may be the latest, is confirmed already.
        """
        confirmation = claim_key(CONFIRMATION, ChannelName.SMS)
        if not concerned or any(name.partition("#")[2] == confirmation for name in person.contacts):
            return
        case = cases.get(concerned[0])
        profile = profiles.of_version(case.profile, case.profile_version)
        step = profile.step_named(CONFIRMATION)
        self.timers.deliver(case.id, step.name, step.patience, now)


def _cases(person: Person) -> list[CaseId]:
    """Return the cases a person was contacted about, the latest contact first."""
    latest = sorted(person.contacts.items(), key=lambda item: (item[1].at, item[0]), reverse=True)
    return list(dict.fromkeys(CaseId.parse(name.partition("#")[0]) for name, _ in latest))
