"""Borrower links by the keyed hash of their token; the token itself is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.rows import LinkRow, Row


@dataclass(frozen=True, slots=True)
class Link:
    """Which case a link opens, and until when (UTC)."""

    digest: str
    case_id: CaseId
    expires_at: datetime


def row_of(link: Link) -> Row:
    """Return the row of a link, for a batch with others; DynamoDB drops it some time after it expired."""
    return LinkRow(
        keys.link(link.digest),
        keys.LINK,
        case_id=str(link.case_id),
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
    return Link(digest, CaseId.parse(row.case_id), row.expires_at)
