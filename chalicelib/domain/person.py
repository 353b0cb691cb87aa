"""A person, as the rules of contact see him: how he was contacted of late, over all his cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.codes import ChannelName, ContactState, Purpose


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

    `contacts` are recent attempts by notice; `opted_out` channels he silenced; `suppressed` channels whose
    address is dead or not his, with the reason. `revision` counts changes, so that a claim which rests on
    this state fails when somebody else was quicker.
    """

    key: str
    revision: int = 0
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    opted_out: frozenset[ChannelName] = frozenset()
    suppressed: Mapping[ChannelName, str] = field(default_factory=dict)
