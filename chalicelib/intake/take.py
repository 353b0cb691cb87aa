"""The sender's side of intake: verify, check, store, queue; what is promised is durable."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import links
from chalicelib.domain.errors import FieldError, InvalidEvent, NotFound, SignatureRejected
from chalicelib.domain.keys import loan_key
from chalicelib.intake import signature
from chalicelib.intake.parse import parse_event
from chalicelib.store import events
from chalicelib.store.events import TakenEvent
from chalicelib.store.queue import LoanEventQueue

# A hint, not a parse: it only picks whose secret to try; the parsed source must then be the same.
_SOURCE = re.compile(rb'"source"\s*:\s*"([a-z0-9][a-z0-9.-]{1,62})"')
_AHEAD = timedelta(days=1)  # a time zone mistaken, not a year
_KEPT = timedelta(days=1095)  # CN.retention: as long as evidence is kept


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes signed events in; `secrets_of(lender)` gives its `whsec_…` secrets, none for a stranger."""

    queue: LoanEventQueue
    secrets_of: Callable[[str], Sequence[str]]
    reference_key: Callable[[], bytes]

    def take(
        self, headers: Mapping[str, str], body: bytes, now: datetime, moments: Sequence[datetime]
    ) -> TakenEvent:
        """Return the stored and queued event; the same event again returns the same and queues it again.

        `moments` are the clocks the signature's timestamp may be fresh by. Queueing again is harmless (the
        consumer removes duplicates) and heals an event that died between the two writes. Raises
        SignatureRejected, InvalidEvent or EventConflict.
        """
        return self.keep(self._verified(headers, body, moments), body, now)

    def keep(self, lender: str, body: bytes, now: datetime) -> TakenEvent:
        """Store and queue an event that is surely `lender`'s own word: signed by him, or from his own queue.

        Every way in ends here, so all keep one contract. Raises InvalidEvent or EventConflict.
        """
        parsed = parse_event(body)
        if parsed.source != lender:
            raise InvalidEvent((FieldError("/source", "must be the lender who sends the event"),))
        if parsed.time and parsed.time > now + _AHEAD:
            # It would outdate every balance until that day comes.
            raise InvalidEvent((FieldError("/time", "must not lie in the future; check the sender's clock"),))
        taken = events.take(
            TakenEvent(
                reference=links.event_reference(lender, parsed.id, self.reference_key()),
                lender=lender,
                event_id=parsed.id,
                type=parsed.type,
                loan_key=loan_key(lender, parsed.subject),
                body=body.decode("utf-8"),
                sha256=hashlib.sha256(body).hexdigest(),
                received_at=now,
            ),
            expires=int((now + _KEPT).timestamp()),
        )
        self.queue.put(taken.reference)
        return taken

    def _verified(self, headers: Mapping[str, str], body: bytes, moments: Sequence[datetime]) -> str:
        hint = _SOURCE.search(body)
        lender = hint.group(1).decode() if hint else ""
        try:
            secrets = self.secrets_of(lender) if lender else ()
        except NotFound:
            raise SignatureRejected("the signature does not match") from None
        signature.verify(headers, body, secrets, moments)
        return lender
