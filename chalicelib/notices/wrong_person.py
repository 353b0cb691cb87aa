"""An address is not the borrower's: it is suppressed at once, for all his cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.person import AddressKey
from chalicelib.store import facts, persons
from chalicelib.store.facts import Fact

WRONG = "wrong_person"
_ONE_ADDRESS = {ChannelName.SMS: (ChannelName.SMS, ChannelName.VOICE)}
_ONE_ADDRESS[ChannelName.VOICE] = _ONE_ADDRESS[ChannelName.SMS]


def over_one_address(channel: ChannelName) -> tuple[ChannelName, ...]:
    """Return every channel that goes to the address of this one: who has the telephone gets calls too."""
    return _ONE_ADDRESS.get(channel, (channel,))


def disown(
    person: str, channel: ChannelName, digest: str, concerned: Iterable[CaseId], now: datetime
) -> None:
    """Suppress the address of a channel for a person and put it on record with each of his cases.

    `digest` is the address's (links.address_digest). Repeats change nothing.
    """
    cases = list(concerned)
    for each in over_one_address(channel):
        persons.suppress(person, AddressKey(each, digest), WRONG)
        for case_id in cases:
            facts.append(Fact(case_id, FactKind.SUPPRESSED, now, (each.value, WRONG)))
