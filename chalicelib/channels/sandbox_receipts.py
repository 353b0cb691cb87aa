"""Receipts and replies in the providers' own shapes, for messages that nobody sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_OWN = {"LETTER": "accord.letter", "IN_APP": "accord.in_app"}


def receipt_body(channel: str, word: str, tags: Mapping[str, str], message_id: str, at: datetime) -> str:
    """Return the receipts-queue message that says `word` (see statuses.json) of a message; `at` is aware."""
    moment = at.astimezone(UTC)
    if channel == "EMAIL":
        event = _ses(word, tags, message_id, moment)
    elif channel in _OWN:
        event = {"source": _OWN[channel], "detail": _own(word, tags, message_id, moment)}
    else:
        event = _eum(word, tags, message_id, moment)
    return json.dumps(event, ensure_ascii=False)


def reply_body(phone: str, text: str, message_id: str) -> str:
    """Return an End User Messaging two-way message: `text` sent back from `phone` to a message."""
    return json.dumps(
        {
            "originationNumber": phone,
            "destinationNumber": "+10000000000",
            "messageKeyword": "KEYWORD",
            "messageBody": text,
            "inboundMessageId": f"{message_id}-reply",
            "previousPublishedMessageId": message_id,
        },
        ensure_ascii=False,
    )


def _ses(word: str, tags: Mapping[str, str], message_id: str, at: datetime) -> dict[str, Any]:
    name, _, kind = word.partition("/")
    part = {"timestamp": _iso(at)} | ({"bounceType": kind, "bounceSubType": "General"} if kind else {})
    mail = {"messageId": message_id, "timestamp": _iso(at), "tags": {tag: [tags[tag]] for tag in tags}}
    return {"eventType": name, "mail": mail, name[:1].lower() + name[1:]: part}


def _eum(word: str, tags: Mapping[str, str], message_id: str, at: datetime) -> dict[str, Any]:
    return {
        "eventType": word,
        "eventVersion": "1.0",
        "eventTimestamp": int(at.timestamp() * 1000),
        "messageId": message_id,
        "messageStatus": word.partition("_")[2],
        "context": dict(tags),
    }


def _own(word: str, tags: Mapping[str, str], message_id: str, at: datetime) -> dict[str, str]:
    return {
        "status": word,
        "case_id": tags["case_id"],
        "step": tags["step"],
        "message_id": message_id,
        "at": _iso(at),
    }


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
