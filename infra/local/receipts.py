"""Turns a receipt told to the runner into the provider's own event on the receipts topic."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from infra.local.clients import client
from infra.local.outbox import Message

# What End User Messaging calls each status: its event type, and whether more may come.
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
# What SES calls each: its event type.
_EMAIL = {
    "DELIVERED": "Delivery",
    "FAILED": "Bounce",
    "BOUNCED": "Bounce",
    "COMPLAINED": "Complaint",
    "REJECTED": "Reject",
    "SENT": "Send",
    "DELAYED": "DeliveryDelay",
}


class UnknownStatus(Exception):
    """The provider of this channel has no such status; `known` lists those it has."""

    def __init__(self, known: list[str]) -> None:
        super().__init__(", ".join(known))
        self.known = known


def event_of(message: Message, status: str, now: datetime) -> dict[str, Any]:
    """Return the event the message's provider publishes for `status`; raises UnknownStatus."""
    if message.channel == "SMS":
        if status not in _SMS:
            raise UnknownStatus(sorted(_SMS))
        return _sms_event(message, status, now)
    if status not in _EMAIL:
        raise UnknownStatus(sorted(_EMAIL))
    return _email_event(message, status, now)


def publish(topic: str, event: dict[str, Any]) -> None:
    """Publish the event on the topic as the providers do: the body is the event alone."""
    client("sns").publish(TopicArn=topic, Message=json.dumps(event))


def _sms_event(message: Message, status: str, now: datetime) -> dict[str, Any]:
    kind, final, description = _SMS[status]
    sent = datetime.fromisoformat(message.sent_at.replace("Z", "+00:00"))
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": _millis(now),
        "isFinal": final,
        "originationPhoneNumber": message.sender,
        "destinationPhoneNumber": message.to,
        "isoCountryCode": "CN" if message.to.startswith("+86") else "XX",
        "messageId": message.provider_message_id,
        "messageRequestTimestamp": _millis(sent),
        "messageEncoding": "GSM" if message.text.isascii() else "Unicode",
        "messageType": "TRANSACTIONAL",
        "messageStatus": kind.removeprefix("TEXT_"),
        "messageStatusDescription": description,
        "context": message.tags,
        "totalMessageParts": message.segments,
        "totalMessagePrice": 0.02 * (message.segments or 1),
        "totalCarrierFee": 0.0,
    }


def _email_event(message: Message, status: str, now: datetime) -> dict[str, Any]:
    kind, stamp = _EMAIL[status], now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    recipients = message.to.split(", ")
    mail = {
        "timestamp": message.sent_at,
        "source": message.sender,
        "sendingAccountId": "000000000000",
        "messageId": message.provider_message_id,
        "destination": recipients,
        "headersTruncated": False,
        "headers": [],
        "commonHeaders": {
            "to": recipients,
            "subject": message.subject,
            "messageId": message.provider_message_id,
        },
        "tags": {name: [value] for name, value in message.tags.items()},
    }
    return {"eventType": kind, "mail": mail, **_email_detail(kind, recipients, stamp)}


def _email_detail(kind: str, recipients: list[str], stamp: str) -> dict[str, Any]:
    detail: dict[str, dict[str, Any]] = {
        "Delivery": {
            "timestamp": stamp,
            "processingTimeMillis": 500,
            "recipients": recipients,
            "smtpResponse": "250 2.0.0 OK",
            "reportingMTA": "mta.local",
        },
        "Bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {
                    "emailAddress": each,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "550 unknown user",
                }
                for each in recipients
            ],
            "timestamp": stamp,
            "feedbackId": "local-feedback",
            "reportingMTA": "dns; mta.local",
        },
        "Complaint": {
            "complainedRecipients": [{"emailAddress": each} for each in recipients],
            "timestamp": stamp,
            "feedbackId": "local-feedback",
            "complaintFeedbackType": "abuse",
        },
        "Reject": {"reason": "Bad content"},
        "Send": {},
        "DeliveryDelay": {
            "timestamp": stamp,
            "delayType": "TransientCommunicationFailure",
            "delayedRecipients": [{"emailAddress": each, "status": "4.4.1"} for each in recipients],
        },
    }
    return {kind[0].lower() + kind[1:]: detail[kind]}


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
