"""The running product, as the local pages ask for it."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local import receipts, replies, seed
from infra.local.app_inbox import AppInbox
from infra.local.cases import Cases
from infra.local.clock import MovableClock
from infra.local.objects import Buckets
from infra.local.outbox import Message, Outbox, public
from infra.local.receipts import Ways
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
    buckets: Buckets
    lenders: list[LocalLender]
    receipts_topic: str

    def outbox(self) -> list[dict[str, Any]]:
        """Return every message, call and letter, oldest first, as `/_local/outbox.json` shows it."""
        return [public(each) for each in self._sent()]

    def cases(self) -> list[dict[str, Any]]:
        """Return every case as `/_local/cases.json` shows it."""
        return self.table.all()

    def find(self, provider_message_id: str) -> Message | None:
        """Return the message, call or letter its provider knows by this id, if there is one."""
        return next((each for each in self._sent() if each.provider_message_id == provider_message_id), None)

    def receive_receipt(self, message: Message, status: str) -> None:
        """Let the message's provider report `status`; answers when the product has taken it in."""
        Ways(self.receipts_topic, self.buckets.prints, self._app_says).tell(message, status, self.clock())
        self.timers.settle()

    def receive_reply(self, message: Message, text: str) -> None:
        """Let the recipient of an SMS text back; answers when the product has taken it in."""
        receipts.publish(self.receipts_topic, replies.reply_event(message, text, str(uuid.uuid4())))
        self.timers.settle()

    def apps(self) -> AppInbox:
        """Return the lenders' apps, which take what is sent in-app."""
        return AppInbox(self.messages, {each.id: each.secret for each in self.lenders})

    def _sent(self) -> list[Message]:
        return sorted([*self.messages.all(), *self.buckets.letters()], key=_sent_at)

    def new_event(self, name: str = "overdue") -> dict[str, Any]:
        """Return an overdue event of a loan nobody knows yet, or another example for a seeded one."""
        number = uuid.uuid4().hex[:6].upper()
        if name in seed.examples():
            return seed.example(name, self.clock(), number)
        return seed.another_loan(self.clock(), number)

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

    def _app_says(self, lender: str, event: dict[str, str]) -> tuple[int, str]:
        """Post a receipt as a lender's app does, signed with the lender's own secret."""
        body, identifier = encode(event), str(uuid.uuid4())
        headers = self._signed({"source": lender, "id": identifier}, body) | {
            "content-type": "application/json"
        }
        return self._post(headers, body, f"/v1/providers/app/{lender}")

    def _post(self, headers: dict[str, str], body: bytes, path: str = "/v1/events") -> tuple[int, str]:
        # By number: a laptop may look up localhost as ::1 first.
        answer = post(f"http://127.0.0.1:{self.port}{path}", headers, body)
        self.timers.settle()
        return answer

    def _signed(self, event: dict[str, Any], body: bytes) -> dict[str, str]:
        for each in self.lenders:
            if each.id == event.get("source"):
                return signed_headers(each.secret, str(event.get("id", "")), int(time.time()), body)
        raise NotAnEvent(f'"source" must name a lender: {", ".join(each.id for each in self.lenders)}')


def _sent_at(message: Message) -> datetime:
    return datetime.fromisoformat(message.sent_at.replace("Z", "+00:00"))
