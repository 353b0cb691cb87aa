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
from chalicelib.intake import modes, signature
from chalicelib.intake.parse import LoanEvent, parse_event
from chalicelib.store import events
from chalicelib.store.events import TakenEvent
from chalicelib.store.queue import LoanEventQueue

# A hint, not a parse: it only picks whose secret to try; the parsed source must then be the same.
_SOURCE = re.compile(rb'"source"\s*:\s*"([a-z0-9][a-z0-9.-]{1,62})"')
LENDER = re.compile(r"^[a-z0-9][a-z0-9.-]{1,62}$")
MOST_BYTES = 65_536
_AHEAD = timedelta(days=1)  # a time zone mistaken, not a year
_KEPT = timedelta(days=1095)  # CN.retention: as long as evidence is kept


@dataclass(frozen=True, slots=True)
class Keys:
    """A lender's secrets: the live ones, several while they rotate, and those that only try things out."""

    live: tuple[str, ...] = ()
    test: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """A signed request: whose it is, its events, and whether a test key signed it (then nothing happens)."""

    lender: str
    events: tuple[bytes, ...]
    batch: bool
    test: bool


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes events in; `keys_of(lender)` gives his secrets (`whsec_…`) and raises NotFound for a stranger."""

    queue: LoanEventQueue
    keys_of: Callable[[str], Keys]
    reference_key: Callable[[], bytes]

    def receive(self, headers: Mapping[str, str], body: bytes, moments: Sequence[datetime]) -> Received:
        """Return the events of a signed request, in any content mode of CloudEvents, unchecked yet.

        `headers` find names in any case; `moments` are the clocks the signature's timestamp may be fresh by.
        Raises SignatureRejected before anything is parsed, InvalidEvent for what cannot be taken apart.
        """
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        binary = modes.is_binary(kind, headers)
        lender, test = self._sender(headers, body, headers.get("ce-source", "") if binary else "", moments)
        if kind == modes.BATCH:
            return Received(lender, tuple(modes.each(body)), batch=True, test=test)
        if not binary:
            return Received(lender, (body,), batch=False, test=test)
        if headers.get("webhook-id") != headers.get("ce-id"):
            # Headers are not signed, but webhook-id is: it binds the data to the event they were sent for.
            raise InvalidEvent((FieldError("/id", "ce-id must be the webhook-id that was signed"),))
        return Received(lender, (modes.whole(headers, body),), batch=False, test=test)

    def keep(self, lender: str, body: bytes, now: datetime) -> TakenEvent:
        """Store and queue an event that is surely `lender`'s own word: signed by him, or from his own queue.

        Every way in ends here, so all keep one contract. The same event again returns the same and is queued
        again: harmless (the consumer removes duplicates), and it heals an event that died between the two
        writes. Raises InvalidEvent or EventConflict.
        """
        taken = events.take(self.written(lender, body, now)[0], expires=int((now + _KEPT).timestamp()))
        self.queue.put(taken.reference)
        return taken

    def written(self, lender: str, body: bytes, now: datetime) -> tuple[TakenEvent, LoanEvent]:
        """Return an event as it would be kept, and what it says; raises InvalidEvent with every fault."""
        if len(body) > MOST_BYTES:
            raise InvalidEvent((FieldError("", f"an event has at most {MOST_BYTES} bytes"),))
        parsed = parse_event(body)
        if parsed.source != lender:
            raise InvalidEvent((FieldError("/source", "must be the lender who sends the event"),))
        if parsed.time and parsed.time > now + _AHEAD:
            # It would outdate every balance until that day comes.
            raise InvalidEvent((FieldError("/time", "must not lie in the future; check the sender's clock"),))
        taken = TakenEvent(
            reference=links.event_reference(lender, parsed.id, self.reference_key()),
            lender=lender,
            event_id=parsed.id,
            type=parsed.type,
            loan_key=loan_key(lender, parsed.subject),
            body=body.decode("utf-8"),
            sha256=hashlib.sha256(body).hexdigest(),
            received_at=now,
        )
        return taken, parsed

    def hinted(self, body: bytes) -> str:
        """Return whose event it says it is; empty when it does not say so."""
        hint = _SOURCE.search(body)
        return hint.group(1).decode() if hint else ""

    def _sender(
        self, headers: Mapping[str, str], body: bytes, source: str, moments: Sequence[datetime]
    ) -> tuple[str, bool]:
        """Return who signed a request, and whether with a test key."""
        lender = source or self.hinted(body)
        try:
            keys = self.keys_of(lender) if LENDER.match(lender) else Keys()
        except NotFound:
            keys = Keys()
        try:
            signature.verify(headers, body, keys.live, moments)
        except SignatureRejected:
            signature.verify(headers, body, keys.test, moments)
            return lender, True
        return lender, False
