"""What providers, the print house and people themselves tell: receipts and replies, from one queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.channels.receipts import parse
from chalicelib.channels.replies import Reply, parse_inbound
from chalicelib.domain.errors import NotFound
from chalicelib.notices.print_house import PrintHouse
from chalicelib.notices.receipts import Receipts
from chalicelib.notices.replies import Replies
from chalicelib.notices.reply_words import Meaning
from chalicelib.store import unmatched
from chalicelib.telemetry import Metric, Telemetry


@dataclass(frozen=True, slots=True)
class TakeReceipt:
    """Takes what comes in about messages sent."""

    receipts: Receipts
    replies: Replies
    print_house: PrintHouse
    telemetry: Telemetry
    clock: Callable[[], datetime]

    def __call__(self, body: str) -> None:
        """Carry out one queue message; raises ValueError on no JSON, and what the stores raise."""
        told = self.print_house.events_of(body)
        if told is not None:
            for each in told:
                self._receipt(each)
        elif reply := parse_inbound(body):
            self.reply(reply)
        else:
            self._receipt(body)

    def reply(self, reply: Reply) -> None:
        """Do what a person's text means; one that a person must read is counted apart."""
        meaning = self.replies.take(reply)
        self.telemetry.count(Metric.REPLY_UNKNOWN if meaning == Meaning.OTHER else Metric.REPLY)
        ids = {"provider": reply.provider, "reply_id": reply.reply_id}
        self.telemetry.event("reply taken", meaning=meaning, **ids)

    def _receipt(self, body: str) -> None:
        """One about no notice of ours is kept and counted: its case may be restored, or nobody's it is."""
        if not self.match(body):
            unmatched.keep(body, self.clock())
            self.telemetry.count(Metric.RECEIPT_UNMATCHED)
            self.telemetry.problem("receipt unmatched")

    def match(self, body: str) -> bool:
        """Put a receipt where it belongs; returns False when there is no such place."""
        receipt = parse(body)
        if receipt is None:
            return False
        try:
            self.receipts.take(receipt, body)
        except NotFound:
            return False
        self.telemetry.count(Metric.RECEIPT)
        if receipt.meaning.dead:
            self.telemetry.count(Metric.ADDRESS_SUPPRESSED)
        return True
