"""A person, as the rules of contact see him: how he was contacted of late, over all his cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chalicelib.domain.codes import ChannelName, ContactState, Purpose
from chalicelib.domain.preferences import Preferences


class AddressKey(NamedTuple):
    """An address on one channel, known by its keyed hash; it cannot be read from it."""

    channel: ChannelName
    digest: str


EVERY_ADDRESS = "*"
"""The digest of a channel over which too many addresses were dead: none is believed any more (*policy*)."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One attempt to reach a person; `loan_key` names the debt it was about."""

    at: datetime
    channel: ChannelName
    purpose: Purpose
    lender: str
    loan_key: str
    state: ContactState = ContactState.PENDING


@dataclass(frozen=True, slots=True)
class Person:
    """Who is contacted, over all cases, channels and lenders.

    `contacts` are recent attempts by notice; `opted_out` channels he silenced; `suppressed` addresses that
    are dead or not his, with the reason: another address on the same channel is free. `preferences` are what
    he asked for. `revision` counts changes, so that a claim which rests on this state fails when somebody
    else was quicker.
    """

    key: str
    revision: int = 0
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    opted_out: frozenset[ChannelName] = frozenset()
    suppressed: Mapping[AddressKey, str] = field(default_factory=dict)
    preferences: Preferences = field(default_factory=Preferences)

    def lost(self, address: AddressKey) -> bool:
        """Whether nothing may go to an address because it is dead or not his."""
        return address in self.suppressed or AddressKey(address.channel, EVERY_ADDRESS) in self.suppressed
