"""What a person texts back, as End User Messaging's two-way SMS publishes it."""

from __future__ import annotations

from typing import Any

from infra.local.outbox import Message

SUGGESTED = ("R", "退订", "STOP", "打错了")
"""Replies a page offers; any other text can be written as well."""


def reply_event(message: Message, text: str, reply_id: str) -> dict[str, Any]:
    """Return the event for `text`, sent back by the recipient of `message`."""
    return {
        "originationNumber": message.to,
        "destinationNumber": message.sender,
        "messageKeyword": "KEYWORD_ACCORD",
        "messageBody": text,
        "inboundMessageId": reply_id,
        "previousPublishedMessageId": message.provider_message_id,
    }
