"""Receipts of SES and End User Messaging: what the provider says became of a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.store import facts
from chalicelib.store.facts import Fact

# The providers' words for it (SES event types; End User Messaging event types) in one vocabulary.
_STATUS = {
    "Send": "ACCEPTED",
    "Delivery": "DELIVERED",
    "DeliveryDelay": "DELAYED",
    "Bounce": "FAILED",
    "Reject": "FAILED",
    "Complaint": "COMPLAINED",
    "TEXT_QUEUED": "ACCEPTED",
    "TEXT_PENDING": "ACCEPTED",
    "TEXT_SENT": "ACCEPTED",
    "TEXT_SUCCESSFUL": "ACCEPTED",
    "TEXT_DELIVERED": "DELIVERED",
    "TEXT_INVALID": "FAILED",
    "TEXT_INVALID_MESSAGE": "FAILED",
    "TEXT_UNREACHABLE": "FAILED",
    "TEXT_CARRIER_UNREACHABLE": "FAILED",
    "TEXT_CARRIER_BLOCKED": "FAILED",
    "TEXT_BLOCKED": "FAILED",
    "TEXT_SPAM": "FAILED",
    "TEXT_TTL_EXPIRED": "FAILED",
    "TEXT_UNKNOWN": "DELAYED",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One provider event about one message: ACCEPTED, DELAYED, DELIVERED, FAILED or COMPLAINED."""

    case_id: CaseId
    step: str
    channel: str
    status: str
    message_id: str


def parse_receipt(body: str) -> Receipt | None:
    """Return the receipt in a queue message, or None for an event about no notice of ours.

    Takes the provider's event as such or in an SNS envelope; raises ValueError when it is no JSON object.
    """
    event = json.loads(body)
    if isinstance(event, dict) and event.get("Type") == "Notification":
        event = json.loads(event["Message"])
    if not isinstance(event, dict):
        raise ValueError("a receipt must be a JSON object")
    status = _STATUS.get(str(event.get("eventType")))
    tags = _tags(event)
    if status is None or not {"case_id", "step", "channel"} <= tags.keys():
        return None
    message_id = event.get("mail", event).get("messageId", "")
    return Receipt(CaseId.parse(tags["case_id"]), tags["step"], tags["channel"], status, message_id)


def record(receipt: Receipt, now: datetime) -> bool:
    """Put a receipt on the case's timeline; returns whether it is new. Order and repeats do not matter."""
    which = (receipt.step, receipt.channel, receipt.status)
    detail = {"provider_message_id": receipt.message_id}
    return facts.append(Fact(receipt.case_id, FactKind.RECEIPT, now, which, detail))


def _tags(event: Mapping[str, Any]) -> dict[str, str]:
    if "mail" in event:
        return {name: values[0] for name, values in event["mail"].get("tags", {}).items() if values}
    return dict(event.get("context") or {})
