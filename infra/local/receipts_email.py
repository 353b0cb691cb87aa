"""SES's events about an e-mail, as it puts them on EventBridge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from infra.local.outbox import Message

EMAIL = {
    "DELIVERED": "Delivery",
    "FAILED": "Bounce",
    "BOUNCED": "Bounce",
    "SOFT_BOUNCED": "Bounce",
    "COMPLAINED": "Complaint",
    "REJECTED": "Reject",
    "SENT": "Send",
    "DELAYED": "DeliveryDelay",
}
"""What SES calls each status: its event type."""
DETAIL_TYPES = {
    "Send": "Email Sent",
    "Delivery": "Email Delivered",
    "DeliveryDelay": "Email Delivery Delayed",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
    "Reject": "Email Rejected",
}
"""What EventBridge calls each event type."""


def email_event(message: Message, status: str, now: datetime) -> dict[str, Any]:
    """Return the detail of SES's event for `status`."""
    kind, stamp = EMAIL[status], now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    recipients = message.to.split(", ")
    mail = {
        "timestamp": message.sent_at,
        "source": message.sender,
        "sendingAccountId": "000000000000",
        "messageId": message.provider_message_id,
        "destination": recipients,
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in message.headers.items()],
        "commonHeaders": {
            "to": recipients,
            "subject": message.subject,
            "messageId": message.provider_message_id,
        },
        "tags": {name: [value] for name, value in message.tags.items()},
    }
    part = _PARTS[kind](recipients, stamp, status)
    return {"eventType": kind, "mail": mail, kind[0].lower() + kind[1:]: part}


def _delivery(recipients: list[str], stamp: str, _: str) -> dict[str, Any]:
    return {
        "timestamp": stamp,
        "processingTimeMillis": 500,
        "recipients": recipients,
        "smtpResponse": "250 2.0.0 OK",
        "reportingMTA": "mta.local",
    }


def _bounce(recipients: list[str], stamp: str, status: str) -> dict[str, Any]:
    hard = status != "SOFT_BOUNCED"
    refused = {"action": "failed", "status": "5.1.1", "diagnosticCode": "550 unknown user"}
    full = {"action": "delayed", "status": "4.2.2", "diagnosticCode": "452 mailbox full"}
    return {
        "bounceType": "Permanent" if hard else "Transient",
        "bounceSubType": "General" if hard else "MailboxFull",
        "bouncedRecipients": [{"emailAddress": each, **(refused if hard else full)} for each in recipients],
        "timestamp": stamp,
        "feedbackId": "local-feedback",
        "reportingMTA": "dns; mta.local",
    }


def _complaint(recipients: list[str], stamp: str, _: str) -> dict[str, Any]:
    return {
        "complainedRecipients": [{"emailAddress": each} for each in recipients],
        "timestamp": stamp,
        "feedbackId": "local-feedback",
        "complaintFeedbackType": "abuse",
    }


def _delay(recipients: list[str], stamp: str, _: str) -> dict[str, Any]:
    return {
        "timestamp": stamp,
        "delayType": "TransientCommunicationFailure",
        "delayedRecipients": [{"emailAddress": each, "status": "4.4.1"} for each in recipients],
    }


_PARTS = {
    "Delivery": _delivery,
    "Bounce": _bounce,
    "Complaint": _complaint,
    "Reject": lambda *_: {"reason": "Bad content"},
    "Send": lambda *_: {},
    "DeliveryDelay": _delay,
}
