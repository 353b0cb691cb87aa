"""The running product, as the local pages ask for it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.local import receipts, seed
from infra.local.cases import Cases
from infra.local.clock import MovableClock
from infra.local.outbox import Message, Outbox, public
from infra.local.seed import LocalLender
from infra.local.signing import as_curl, encode, post, signed_headers
from infra.local.timers import Timers


class NotAnEvent(Exception):
    """What should be signed and sent names no lender known here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Product:
    """Its clock, its timers, its messages and its cases; `url` is where visitors reach it."""

    url: str
    port: int
    clock: MovableClock
    timers: Timers
    messages: Outbox
    table: Cases
    lenders: list[LocalLender]
    receipts_topic: str
    waiting_tokens: Callable[[], set[str]]

    def outbox(self) -> list[dict[str, Any]]:
        """Return every message, oldest first, as `/_local/outbox.json` shows it."""
        return [public(each) for each in self.messages.all()]

    def cases(self) -> list[dict[str, Any]]:
        """Return every case as `/_local/cases.json` shows it."""
        return self.table.all(self.waiting_tokens())

    def receive_receipt(self, message: Message, status: str) -> None:
        """Let the message's provider report `status`; answers when the product has taken it in."""
        receipts.publish(self.receipts_topic, receipts.event_of(message, status, self.clock()))
        self.timers.settle()

    def new_event(self) -> dict[str, Any]:
        """Return an overdue event of a loan nobody knows yet."""
        return seed.another_loan(self.clock(), uuid.uuid4().hex[:6].upper())

    def curl_for(self, event: dict[str, Any]) -> str:
        """Return the shell command that posts `event`, signed now."""
        body = encode(event)
        return as_curl(f"{self.url}/v1/events", self._signed(event, body), body)

    def send_event(self, body: bytes) -> tuple[int, str]:
        """Sign and post an event as it was written; returns the answer. Raises NotAnEvent."""
        try:
            event: Any = json.loads(body)
        except ValueError as error:
            raise NotAnEvent(f"the event is no JSON: {error}") from error
        if not isinstance(event, dict):
            raise NotAnEvent("the event must be a JSON object")
        return self._post(self._signed(event, body), body)

    def send_seeds(self) -> list[str]:
        """Post the seeded loans; returns a line for each that was refused."""
        answers = [(event, self.send_event(encode(event))) for event in seed.loans(self.clock())]
        return [f"{event['subject']}: {status} {body}" for event, (status, body) in answers if status != 202]

    def _post(self, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        # By number: a laptop may look up localhost as ::1 first.
        answer = post(f"http://127.0.0.1:{self.port}/v1/events", headers, body)
        self.timers.settle()
        return answer

    def _signed(self, event: dict[str, Any], body: bytes) -> dict[str, str]:
        for each in self.lenders:
            if each.id == event.get("source"):
                return signed_headers(each.secret, str(event.get("id", "")), int(time.time()), body)
        raise NotAnEvent(f'"source" must name a lender: {", ".join(each.id for each in self.lenders)}')
