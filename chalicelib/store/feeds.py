"""Feeds: which AWS principals and accounts may send events for a lender."""

from __future__ import annotations

import re

from chalicelib.domain.errors import NotPermitted
from chalicelib.store import keys
from chalicelib.store.rows import FeedsRow

_SENDER = re.compile(r"^(\d{12}|A[A-Z]{3}[A-Z0-9]{16,124})$")


def of(lender: str) -> frozenset[str]:
    """Return who may send for a lender; empty for one who sends nothing this way."""
    try:
        return frozenset(FeedsRow.get(keys.FEEDS, lender).senders or ())
    except FeedsRow.DoesNotExist:
        return frozenset()


def allow(lender: str, sender: str) -> None:
    """Let a sender speak for a lender.

    A principal's unique id (`AROA…` of a role, `AIDA…` of a user) may fill the queue, a 12-digit account the
    bus: EventBridge tells no more of who put an event there. Raises NotPermitted for anything else.
    """
    if not _SENDER.match(sender):
        raise NotPermitted(
            "{sender} is no sender; give a role's or user's unique id (AROA…, AIDA…: `aws iam get-role`), "
            "or for the bus a 12-digit account",
            sender=sender,
        )
    FeedsRow(keys.FEEDS, lender).update([FeedsRow.senders.add({sender})])


def forbid(lender: str, sender: str) -> None:
    """Let a sender speak for a lender no longer; one that did not is no error."""
    FeedsRow(keys.FEEDS, lender).update([FeedsRow.senders.delete({sender})])
