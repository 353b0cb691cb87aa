"""What a person sends back by SMS, whatever provider brings it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """A text from `phone` (E.164); `reply_id` is the same when a provider delivers it again.

    `at` is the provider's time (UTC), None when it gives none.
    """

    provider: str
    phone: str
    text: str
    reply_id: str
    at: datetime | None = None


def parse_inbound(body: str) -> Reply | None:
    """Return the reply in End User Messaging's two-way message, bare or in an SNS envelope.

    None when it is something else; raises ValueError when it is no JSON object.
    """
    event = json.loads(body)
    if isinstance(event, dict) and event.get("Type") == "Notification":
        event = json.loads(event["Message"])
    if not isinstance(event, dict):
        raise ValueError("an inbound message must be a JSON object")
    if not {"originationNumber", "messageBody", "inboundMessageId"} <= event.keys():
        return None
    return Reply(
        provider="eum",
        phone=str(event["originationNumber"]),
        text=str(event["messageBody"]),
        reply_id=str(event["inboundMessageId"]),
    )
