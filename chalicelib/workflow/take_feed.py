"""Events over AWS: messages from lenders' own accounts, taken in as those over HTTP are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.errors import EventConflict, FieldError, InvalidEvent
from chalicelib.intake.take import Intake
from chalicelib.store.events import TakenEvent
from chalicelib.store.quarantine import Quarantine
from chalicelib.telemetry import Metric, Telemetry

FROM_BUS = "-from-bus"
"""How the ARN of the queue ends that our own rule alone may fill; a lender's message never comes over it."""
CONFLICT = (FieldError("/id", "this id came before with another event; send it under a new id"),)


@dataclass(frozen=True, slots=True)
class TakeFeed:
    """Takes messages in; `feeds_of(lender)` says which AWS principals and accounts speak for him.

    Nobody signs here: AWS says who sent a message, and that is what the lender's row is asked for.
    """

    intake: Intake
    quarantine: Quarantine
    feeds_of: Callable[[str], frozenset[str]]
    telemetry: Telemetry
    clock: Callable[[], datetime]

    def __call__(self, record: Mapping[str, Any]) -> None:
        """Keep the event of one SQS record, or quarantine it with the reason; raises what may pass."""
        entry, sender, body = read(record)
        lender, now = self.intake.hinted(body), self.clock()
        if not lender or sender not in self.feeds_of(lender):
            stranger = FieldError("/source", f"{sender} does not speak for {lender or 'any lender'}")
            self._park(entry, "-", body, (stranger,), now)
            return
        try:
            taken = self.intake.keep(lender, body, now)
        except InvalidEvent as invalid:
            self._park(entry, lender, body, invalid.errors, now)
        except EventConflict:
            self.telemetry.count(Metric.EVENT_CONFLICT)
            self._park(entry, lender, body, CONFLICT, now)
        else:
            self._told(taken, entry)

    def _park(
        self, entry: str, lender: str, body: bytes, faults: tuple[FieldError, ...], now: datetime
    ) -> None:
        key = self.quarantine.put(entry, lender, body, faults, now)
        self.telemetry.count(Metric.EVENT_QUARANTINED)
        pointers = [fault.pointer for fault in faults]  # never what they say: it may quote the event
        self.telemetry.problem("event quarantined", key=key, lender=lender, pointers=pointers)

    def _told(self, taken: TakenEvent, entry: str) -> None:
        self.telemetry.count(Metric.EVENT_TAKEN)
        self.telemetry.event(
            "event taken", reference=taken.reference, lender=taken.lender, type=taken.type, entry=entry
        )


def read(record: Mapping[str, Any]) -> tuple[str, str, bytes]:
    """Return the way a record came (`sqs` or `eventbridge`), who sent it as AWS knows him, and its event.

    Of a role's `SenderId` (`AROA…:session`) it is the role. Over the bus it is the account that put the event
    there, which EventBridge itself writes down; the event is the `detail`.
    """
    if not record["eventSourceARN"].endswith(FROM_BUS):
        sender = record["attributes"]["SenderId"].partition(":")[0]
        return "sqs", sender, record["body"].encode("utf-8", "surrogatepass")
    told = json.loads(record["body"])
    body = json.dumps(told["detail"], ensure_ascii=False, separators=(",", ":"))
    return "eventbridge", str(told["account"]), body.encode("utf-8", "surrogatepass")
