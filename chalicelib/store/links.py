"""Borrower links by the keyed hash of their token; the token itself is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.case import Borrower
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import LinkRow


@dataclass(frozen=True, slots=True)
class Link:
    """Which case a link opens, until when (UTC), and over which channel it went out (None: long ago).

    `address` is the keyed hash of where it went to, empty where that is not known.
    """

    digest: str
    case_id: CaseId
    expires_at: datetime
    channel: ChannelName | None = None
    address: str = ""

    def is_his(self, borrower: Borrower) -> bool:
        """Whether the address it went to is his still; one that went elsewhere opens nothing (*policy*)."""
        if self.channel is None or not self.address:
            return True
        return self.address == borrower.address_key(self.channel).digest


def row_of(link: Link) -> Row:
    """Return the row of a link, for a batch with others; DynamoDB drops it some time after it expired."""
    return LinkRow(
        keys.link(link.digest),
        keys.LINK,
        case_id=str(link.case_id),
        channel=link.channel.value if link.channel else None,
        address=link.address or None,
        expires_at=link.expires_at,
        ttl=int(link.expires_at.timestamp()),
    )


def find(digest: str, now: datetime) -> Link | None:
    """Return a live link, or None alike for an unknown, expired or revoked one."""
    try:
        row = LinkRow.get(keys.link(digest), keys.LINK)
    except LinkRow.DoesNotExist:
        return None
    if row.revoked or row.expires_at <= now:
        return None
    channel = ChannelName(row.channel) if row.channel else None
    return Link(digest, CaseId.parse(row.case_id), row.expires_at, channel, row.address or "")
