"""What a visitor of the local pages can do: move the clock, tell receipts and replies, send events."""

from __future__ import annotations

import re
from typing import Any

from infra.local.durations import Duration
from infra.local.outbox import Message
from infra.local.product import NotAnEvent, Product
from infra.local.receipts import UnknownStatus
from infra.local.show import due, stamp
from infra.local.timers import NoTimer
from infra.local.web import Answer, Problem, Request, as_json, see_other

PAGES = ("/", "/_local/outbox", "/_local/cases")
_LONGEST_REPLY = 1600
_PLACE = re.compile(r"[A-Za-z0-9-]{1,80}")


class Acts:
    """The acts on one product; each raises Problem for what cannot be done."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def clock(self) -> dict[str, str | None]:
        """Return the time, and when and what for the next timer falls due."""
        next_timers = self._product.timers.next_timers()
        return {
            "now": stamp(self._product.clock()),
            "next_timer_at": stamp(next_timers[0].deadline) if next_timers else None,
            "next_timer": due(next_timers) or None,
        }

    def move_clock(self, request: Request) -> Answer:
        """Move the clock by a length of time or to the next timer."""
        fields = request.fields()
        advance, to = fields.get("advance"), fields.get("to")
        if (advance is None) == (to is None):
            raise Problem(422, "advance-or-to", 'Send either {"advance": "P1D"} or {"to": "next_timer"}.')
        if to is not None:
            self._to_next(to)
        else:
            self._advance(advance)
        return _back(fields) if request.is_form else as_json(self.clock())

    def _to_next(self, to: object) -> None:
        if to != "next_timer":
            raise Problem(
                422, "unknown-goal", '"to" can only be "next_timer"; use "advance" for a length of time.'
            )
        try:
            self._product.timers.advance_to_next()
        except NoTimer:
            raise Problem(
                409, "no-timer", "No case waits for a timer; post an overdue event first."
            ) from None

    def _advance(self, advance: object) -> None:
        if not isinstance(advance, str):
            raise Problem(
                422, "not-a-duration", '"advance" is an ISO 8601 duration, for example "P1D" or "PT2H".'
            )
        try:
            to = Duration.parse(advance).after(self._product.clock())
        except ValueError as error:
            raise Problem(422, "not-a-duration", f"{error}.") from error
        self._product.timers.advance(to)

    def receipt(self, request: Request) -> Answer:
        """Let the provider of a message tell what became of it."""
        fields = request.fields()
        message, status = self._message(fields), fields.get("status")
        if not isinstance(status, str):
            raise Problem(422, "fields-missing", "Send provider_message_id and status, both as text.")
        try:
            self._product.receive_receipt(message, status.upper())
        except UnknownStatus as error:
            known = ", ".join(error.known)
            raise Problem(
                422, "unknown-status", f"A {message.channel} receipt has one of: {known}."
            ) from error
        taken = {"provider_message_id": message.provider_message_id, "status": status.upper()}
        return _back(fields) if request.is_form else as_json(taken, 202)

    def reply(self, request: Request) -> Answer:
        """Let the recipient of an SMS text something back."""
        fields = request.fields()
        message, text = self._message(fields), fields.get("text") or fields.get("own") or ""
        if message.channel != "SMS":
            raise Problem(422, "no-reply", "Only an SMS can be answered by text.")
        if not isinstance(text, str) or not 1 <= len(text) <= _LONGEST_REPLY:
            raise Problem(422, "no-text", f"Send text: 1 to {_LONGEST_REPLY} characters.")
        self._product.receive_reply(message, text)
        taken = {"provider_message_id": message.provider_message_id, "text": text}
        return _back(fields) if request.is_form else as_json(taken, 202)

    def _message(self, fields: dict[str, Any]) -> Message:
        identifier = fields.get("provider_message_id")
        if not isinstance(identifier, str):
            raise Problem(422, "fields-missing", "Send provider_message_id as text.")
        message = self._product.find(identifier)
        if message is None:
            raise Problem(
                404, "no-such-message", "No message has this provider_message_id; see /_local/outbox.json."
            )
        return message

    def send(self, event: str) -> dict[str, Any]:
        """Sign and post an event as it was written; returns what the product answered."""
        try:
            status, body = self._product.send_event(event.encode())
        except NotAnEvent as error:
            raise Problem(422, "not-an-event", f"{error}.") from error
        return {"status": status, "body": body}


def _back(fields: dict[str, Any]) -> Answer:
    """Lead back to the page and place whose button was pressed, never to anywhere else."""
    back, at = fields.get("back"), str(fields.get("at", ""))
    if back not in PAGES:
        return see_other("/")
    return see_other(f"{back}#{at}" if _PLACE.fullmatch(at) else str(back))
