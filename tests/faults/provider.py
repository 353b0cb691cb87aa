"""Stand-ins for what moto lacks or hides: the SMS service, every message delivered, and its receipts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.awsrequest import AWSResponse

from tests.faults.plane import Act, Call, answer, refusal

_EUM = {
    "SMS": {"DELIVERED": "TEXT_DELIVERED", "ACCEPTED": "TEXT_SENT", "FAILED": "TEXT_UNREACHABLE"},
    "VOICE": {"DELIVERED": "VOICE_ANSWERED", "ACCEPTED": "VOICE_INITIATED", "FAILED": "VOICE_NO_ANSWER"},
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message the provider took and delivers, whatever its sender came to know of that."""

    channel: str
    to: str
    text: str
    tags: Mapping[str, str]
    message_id: str
    at: datetime

    @property
    def notice(self) -> tuple[str, str, str]:
        """The case, step and channel: what must be delivered once."""
        return self.tags["case_id"], self.tags["step"], self.tags["channel"]

    def receipt(self, word: str = "DELIVERED") -> str:
        """Return the provider's event as it lies in our queue, in its SNS envelope."""
        event: dict[str, Any]
        if self.channel in _EUM:
            kind = _EUM[self.channel][word]
            event = {"eventType": kind, "messageId": self.message_id, "context": dict(self.tags)}
        else:
            kind = {"DELIVERED": "Delivery", "ACCEPTED": "Send", "FAILED": "Bounce"}[word]
            tags = {name: [value] for name, value in self.tags.items()}
            event = {"eventType": kind, "mail": {"messageId": self.message_id, "tags": tags}}
        return json.dumps({"Type": "Notification", "Message": json.dumps(event)})


@dataclass
class Providers:
    """End User Messaging answered here, SES by moto; `refuse`: the error to answer with, by channel."""

    clock: Callable[[], datetime]
    outbox: list[Delivery] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    on_delivery: Callable[[Delivery], None] = lambda delivery: None

    def sms(self, call: Call, moto: Act) -> AWSResponse:
        """Answer SendTextMessage and SendVoiceMessage (JSON 1.0)."""
        body, channel = call.body, "SMS" if call.operation == "SendTextMessage" else "VOICE"
        if code := self.refuse.get(channel):
            return refusal(code)
        if len(body["Context"]) > 5 or not body["MessageBody"] or not body["DestinationPhoneNumber"]:
            return refusal("ValidationException")
        message_id = f"{channel.lower()}-{len(self.outbox) + 1}"
        self._deliver(
            channel, body["DestinationPhoneNumber"], body["MessageBody"], body["Context"], message_id
        )
        return answer(200, {"MessageId": message_id})

    def email(self, call: Call, moto: Act) -> AWSResponse:
        """Let moto answer SendEmail and note what it took."""
        if code := self.refuse.get("EMAIL"):
            return refusal(code)
        response = moto()
        if response.status_code == 200:
            body = call.body
            tags = {tag["Name"]: tag["Value"] for tag in body["EmailTags"]}
            text = body["Content"]["Simple"]["Body"]["Text"]["Data"]
            [to] = body["Destination"]["ToAddresses"]
            message_id = f"mail-{len(self.outbox) + 1}"  # moto's own is random; equal worlds must look equal
            self._deliver("EMAIL", to, text, tags, message_id)
            return answer(200, {"MessageId": message_id})
        return response

    def _deliver(self, channel: str, to: str, text: str, tags: Mapping[str, str], message_id: str) -> None:
        delivery = Delivery(channel, to, text, dict(tags), message_id, self.clock())
        self.outbox.append(delivery)
        self.on_delivery(delivery)
