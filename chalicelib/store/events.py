"""Events taken in: one row each, so that a repeat answers alike and a conflict is seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.errors import EventConflict, NotFound
from chalicelib.store import keys
from chalicelib.store.rows import EventRow
from chalicelib.store.writes import put_new


@dataclass(frozen=True, slots=True)
class TakenEvent:
    """An event as it came: `body` is the raw JSON text, `sha256` its hash in hex."""

    reference: str
    lender: str
    event_id: str
    type: str
    loan_key: str
    body: str
    sha256: str
    received_at: datetime


def take(event: TakenEvent, *, expires: int) -> TakenEvent:
    """Store an event and return what is on record: this one, or the same one from an earlier try.

    `expires` is the epoch second at which the row may go. Raises EventConflict when the id came before
    with another body.
    """
    row = EventRow(
        keys.event(event.reference),
        keys.EVENT,
        lender=event.lender,
        event_id=event.event_id,
        type=event.type,
        loan_key=event.loan_key,
        body=event.body,
        sha256=event.sha256,
        received_at=event.received_at,
        ttl=expires,
    )
    if put_new(row):
        return event
    earlier = get(event.reference)
    if earlier.sha256 != event.sha256 and not means_the_same(earlier.body, event.body):
        raise EventConflict(conflict(event))
    return earlier


def conflict(event: TakenEvent) -> str:
    """Return what to say of an id that came before with another body."""
    return f"event {event.event_id!r} of {event.lender!r} came before with another body; use a new id"


def means_the_same(one: str, other: str) -> bool:
    """Whether two bodies say the same in other spaces or order: by another content mode, say."""
    usual = {"datacontenttype": "application/json"}
    return bool(usual | json.loads(one) == usual | json.loads(other))


def get(reference: str) -> TakenEvent:
    """Return an event by its reference (strongly consistent); raises NotFound when there is none."""
    try:
        row = EventRow.get(keys.event(reference), keys.EVENT, consistent_read=True)
    except EventRow.DoesNotExist:
        raise NotFound(f"no event {reference}") from None
    return TakenEvent(
        reference, row.lender, row.event_id, row.type, row.loan_key, row.body, row.sha256, row.received_at
    )
