"""What a provider tells of a message, in its own words and by its own way: SNS, EventBridge, a file, HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local import inside
from infra.local.clients import client
from infra.local.outbox import Message
from infra.local.receipts_email import DETAIL_TYPES, EMAIL, email_event

# What End User Messaging calls each status: its event type, whether it is final, and its own words for it.
_SMS = {
    "DELIVERED": ("TEXT_DELIVERED", True, "Message has been accepted by phone"),
    "SUCCESSFUL": ("TEXT_SUCCESSFUL", False, "Message has been accepted by phone carrier"),
    "PENDING": ("TEXT_PENDING", False, "The message hasn't been delivered yet"),
    "FAILED": ("TEXT_UNREACHABLE", True, "The recipient's device is unreachable"),
    "UNKNOWN": ("TEXT_UNKNOWN", True, "The carrier gave no reason"),
    "BLOCKED": ("TEXT_BLOCKED", True, "The recipient's device is blocking messages"),
    "CARRIER_BLOCKED": ("TEXT_CARRIER_BLOCKED", True, "The carrier has blocked the message"),
    "CARRIER_UNREACHABLE": ("TEXT_CARRIER_UNREACHABLE", True, "The phone could not be reached"),
    "INVALID": ("TEXT_INVALID", True, "The destination phone number is invalid"),
    "INVALID_MESSAGE": ("TEXT_INVALID_MESSAGE", True, "The body of the message is invalid"),
    "SPAM": ("TEXT_SPAM", True, "The message was marked as spam"),
    "TTL_EXPIRED": ("TEXT_TTL_EXPIRED", True, "The message was not handed over in time"),
    "UNREACHABLE": ("TEXT_UNREACHABLE", True, "The recipient's device is unreachable"),
}
_VOICE = {
    "INITIATED": ("VOICE_INITIATED", False, "The call is being set up"),
    "RINGING": ("VOICE_RINGING", False, "The phone rings"),
    "ANSWERED": ("VOICE_ANSWERED", False, "The call was answered"),
    "COMPLETED": ("VOICE_COMPLETED", True, "The call was completed"),
    "BUSY": ("VOICE_BUSY", True, "The line was busy"),
    "NO_ANSWER": ("VOICE_NO_ANSWER", True, "Nobody answered"),
    "FAILED": ("VOICE_FAILED", True, "The call could not be made"),
    "TTL_EXPIRED": ("VOICE_TTL_EXPIRED", True, "The call was not made in time"),
}
_LETTER = ("PRINTED", "DISPATCHED", "DELIVERED", "RETURNED", "FAILED")
_IN_APP = ("DELIVERED", "READ", "FAILED", "UNKNOWN_USER")

STATUSES = {
    "SMS": tuple(_SMS),
    "VOICE": tuple(_VOICE),
    "EMAIL": tuple(EMAIL),
    "LETTER": _LETTER,
    "IN_APP": _IN_APP,
}
"""What can be told of a message, by channel."""


class UnknownStatus(Exception):
    """The provider of this channel has no such status; `known` lists those it has."""

    def __init__(self, known: list[str]) -> None:
        super().__init__(", ".join(known))
        self.known = known


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the providers tell what became of their messages; `app` posts what a lender's app says."""

    topic: str
    print_bucket: str
    app: Callable[[str, dict[str, str]], object]

    def tell(self, message: Message, status: str, now: datetime) -> None:
        """Let the provider of `message` tell `status`; raises UnknownStatus."""
        event = event_of(message, status, now)
        if message.channel in ("SMS", "VOICE"):
            publish(self.topic, event)
        elif message.channel == "EMAIL":
            inside.emit("aws.ses", DETAIL_TYPES[event["eventType"]], event)
        elif message.channel == "LETTER":
            key = f"events/{now:%Y-%m-%d}/{message.provider_message_id}-{now:%H%M%S%f}.ndjson"
            client("s3").put_object(Bucket=self.print_bucket, Key=key, Body=json.dumps(event).encode())
        else:
            self.app(message.sender, event)


def event_of(message: Message, status: str, now: datetime) -> dict[str, Any]:
    """Return what the message's provider tells for `status`; raises UnknownStatus."""
    if status not in STATUSES[message.channel]:
        raise UnknownStatus(sorted(STATUSES[message.channel]))
    if message.channel == "EMAIL":
        return email_event(message, status, now)
    if message.channel == "LETTER":
        return _letter_event(message, status, now)
    if message.channel == "IN_APP":
        return _app_event(message, status, now)
    return _phone_event(message, status, now)


def publish(topic: str, event: dict[str, Any]) -> None:
    """Publish an event on a topic as End User Messaging does: the body is the event alone."""
    client("sns").publish(TopicArn=topic, Message=json.dumps(event, ensure_ascii=False))


def _phone_event(message: Message, status: str, now: datetime) -> dict[str, Any]:
    kind, final, description = (_SMS if message.channel == "SMS" else _VOICE)[status]
    family, _, word = kind.partition("_")
    sent = datetime.fromisoformat(message.sent_at.replace("Z", "+00:00"))
    event = {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": _millis(now),
        "isFinal": final,
        "originationPhoneNumber": message.sender,
        "destinationPhoneNumber": message.to,
        "isoCountryCode": "CN" if message.to.startswith("+86") else "XX",
        "messageId": message.provider_message_id,
        "messageRequestTimestamp": _millis(sent),
        "messageType": "TRANSACTIONAL",
        "messageStatus": word,
        "messageStatusDescription": description,
        "context": message.tags,
        "totalMessagePrice": 0.02 * (message.segments or 1),
    }
    if family == "TEXT":
        encoding = "GSM" if message.text.isascii() else "Unicode"
        event |= {"messageEncoding": encoding, "totalMessageParts": message.segments, "totalCarrierFee": 0.0}
    elif final:
        event |= {"callDurationInSeconds": 30 if status == "COMPLETED" else 0, "totalDurationInMinutes": 1}
    return event


def _letter_event(message: Message, status: str, now: datetime) -> dict[str, Any]:
    """Return one line of the print house's file (docs/print-house.md)."""
    event = {
        "schema": "accord.letter-event.v1",
        **{name: message.tags[name] for name in ("notice_id", "case_id", "step")},
        "status": status,
        "at": now.isoformat(timespec="seconds"),
    }
    return event | ({"reason": "MOVED"} if status == "RETURNED" else {})


def _app_event(message: Message, status: str, now: datetime) -> dict[str, str]:
    ids = {name: message.tags[name] for name in ("case_id", "step")}
    return ids | {"status": status, "message_id": message.provider_message_id, "at": now.isoformat()}


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
