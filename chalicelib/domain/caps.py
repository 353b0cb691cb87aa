"""Rolling caps: how often a person may be contacted, and from when on once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.codes import ChannelName, ContactState
from chalicelib.domain.person import Contact
from chalicelib.domain.rules import Rule

LONGEST_LOOK_BACK = timedelta(days=31)
"""No cap looks back further; contacts older than this need not be kept."""


class Counting(StrEnum):
    """Which contacts use up a cap: all attempts, or those that reached the person.

    One whose outcome is not known yet counts either way.
    """

    ATTEMPTS = "attempts"
    REACHED = "reached"


class Per(StrEnum):
    """What a cap counts for: all the person's debts together, or each debt."""

    PERSON = "person"
    DEBT = "debt"


class Pooled(StrEnum):
    """Whose contacts a cap counts: those of every lender, or of the one who asks."""

    ALL_LENDERS = "all_lenders"
    OWN_LENDER = "own_lender"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` contacts in any `days` x 24 hours, over `channels` each or `together`.

    "No call within seven days after a conversation" is a cap too: one contact that reached, per debt.
    A cap that is not `enabled` is kept in the data and does nothing.
    """

    rule: Rule
    channels: frozenset[ChannelName]
    together: bool
    most: int
    days: int
    counts: Counting
    per: Per
    pooled: Pooled
    enabled: bool = True

    def free_from(
        self, contacts: Iterable[Contact], channel: ChannelName, lender: str, loan_key: str
    ) -> datetime | None:
        """Return the moment from which one more contact over `channel` keeps the cap; None when any does.

        A contact exactly `days` x 24 hours old counts no more.
        """
        if not self.enabled or channel not in self.channels:
            return None
        counted = sorted(
            contact.at for contact in contacts if self._takes(contact, channel, lender, loan_key)
        )
        return counted[-self.most] + timedelta(days=self.days) if len(counted) >= self.most else None

    def _takes(self, contact: Contact, channel: ChannelName, lender: str, loan_key: str) -> bool:
        """Whether a contact uses up this cap for a message over `channel` about this debt."""
        return (
            (contact.channel in self.channels if self.together else contact.channel == channel)
            and (self.per == Per.PERSON or contact.loan_key == loan_key)
            and (self.pooled == Pooled.ALL_LENDERS or contact.lender == lender)
            and (self.counts == Counting.ATTEMPTS or contact.state != ContactState.FAILED)
        )
