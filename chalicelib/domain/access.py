"""One-time codes: when one may be sent, over which channel, and until when it is good (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.case import Borrower
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.person import Person

ACCESS_CODE = "access_code"
SIGNING_CODE = "signing_code"
STAFF_CODE = "staff_code"
GOOD = timedelta(minutes=10)  # *policy*, as OWASP ASVS 5.0 V6.6 has it; profiles cancel later messages too
APART = timedelta(seconds=30)  # *policy*
MOST_AN_HOUR = 3  # *policy*
MOST_OF_A_CASE = 20
"""*policy*; each leaves its claim on the head of the case, which must stay small."""

_OVER = (ChannelName.SMS, ChannelName.EMAIL)
_PROVES = {
    ChannelName.SMS: ChannelName.SMS,
    ChannelName.VOICE: ChannelName.SMS,
    ChannelName.EMAIL: ChannelName.EMAIL,
    ChannelName.LETTER: ChannelName.LETTER,
    ChannelName.IN_APP: ChannelName.IN_APP,
}


@dataclass(frozen=True, slots=True)
class Issued:
    """The codes of a `kind` a case was sent: the last one's `number` and channel, whether it is used, when
    the last three were asked for (UTC, the oldest first)."""

    number: int
    channel: ChannelName
    recent: Sequence[datetime]
    used: bool = False
    kind: str = ACCESS_CODE

    @property
    def step(self) -> str:
        """The name of the message that carries the last code; no two share it."""
        return f"{self.kind}-{self.number}-{self.channel.value}"

    def good_at(self, now: datetime) -> bool:
        """Whether the last code still opens the case: unused, and at most ten minutes old."""
        return not self.used and now - self.recent[-1] < GOOD


def issue(
    before: Issued | None, channel: ChannelName, now: datetime, kind: str = ACCESS_CODE
) -> Issued | None:
    """Return what stands after one more code is sent over `channel`, or None when none may be sent now."""
    if before is None:
        return Issued(1, channel, (now,), kind=kind)
    within = [at for at in before.recent if now - at < timedelta(hours=1)]
    if now - before.recent[-1] < APART or len(within) >= MOST_AN_HOUR or before.number >= MOST_OF_A_CASE:
        return None
    recent = (*before.recent, now)[-MOST_AN_HOUR:]
    return replace(before, number=before.number + 1, channel=channel, recent=recent, used=False)


def channel_for(link: ChannelName | None, borrower: Borrower, person: Person) -> ChannelName | None:
    """Return over which channel a code shows more than the link did, or None when there is no such.

    A link in an SMS proves nothing more about the telephone; one whose channel is unknown proves nothing.
    """
    if link is None:
        return None
    for channel in _OVER:
        dead = person.lost(borrower.address_key(channel))
        if channel != _PROVES[link] and borrower.address(channel) and not dead:
            return channel
    return None


def signing_channel(borrower: Borrower, person: Person) -> ChannelName | None:
    """Return over which channel the code that signs is sent, or None without an address that reaches him.

    Any of his own serves, also the one the link came by: the code shows that whoever signs holds it now.
    """
    for channel in _OVER:
        if borrower.address(channel) and not person.lost(borrower.address_key(channel)):
            return channel
    return None
