"""Whoever opened the link is not the person meant: nothing more goes to that address, nothing is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import links, profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind, Purpose
from chalicelib.domain.errors import NotFound
from chalicelib.notices.state import ARRIVED
from chalicelib.notices.wrong_person import disown, over_one_address
from chalicelib.store import cases, facts, persons
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact


@dataclass(frozen=True, slots=True)
class NotMe:
    """Takes the word of whoever holds a link: it is his own address that falls silent."""

    pepper: Callable[[], bytes]

    def __call__(self, token: str, now: datetime) -> bool:
        """Suppress the address a link went to; returns whether there was one, which nobody may be told.

        The suppression comes first, the fact of it last, so that a repeat finishes what a death left.
        """
        link = link_rows.find(links.digest(token, self.pepper()), now)
        if link is None or link.channel is None:
            return False
        try:
            case = cases.get(link.case_id)
        except NotFound:
            return False
        digest = link.address or case.borrower.address_key(link.channel).digest
        if not digest:
            return False
        person = persons.get(case.borrower.person)
        of_others = sorted({name.partition("#")[0] for name in person.contacts} - {str(case.id)})
        concerned = [case.id, *map(type(case.id).parse, of_others)]
        disown(person.key, link.channel, digest, concerned, now)
        _reroute(case, link.channel)
        return facts.append(Fact(case.id, FactKind.WRONG_PERSON, now, (link.channel.value, digest)))


def _reroute(case: Case, channel: ChannelName) -> None:
    """Let a notice of the law go over its next channel: what reached somebody else has reached nobody.

    The sweeper takes the step's delivery up again while its time lasts.
    """
    lost = {each.value for each in over_one_address(channel)}
    receipts = [fact for fact in facts.of(case.id, FactKind.RECEIPT) if fact.which[2] in ARRIVED]
    for step in profiles.of_version(case.profile, case.profile_version).steps:
        reached = {fact.which[1] for fact in receipts if fact.which[0] == step.name}
        if step.purpose == Purpose.STATUTORY and step.name in case.reached and not reached - lost:
            cases.unreach(case.id, step.name)
