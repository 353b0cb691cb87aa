"""What End User Messaging refuses in a request, with the reasons AWS gives."""

from __future__ import annotations

import re
from typing import Any

Fault = tuple[str, str]
"""AWS's reason (of a ValidationException), and what to change."""

_E164 = re.compile(r"\+[1-9]\d{7,14}")
_PATTERNS = {
    "OriginationIdentity": re.compile(r"[A-Za-z0-9_:/+-]{1,256}"),
    "ConfigurationSetName": re.compile(r"[A-Za-z0-9_:/-]{1,256}"),
    "MaxPrice": re.compile(r"\d{0,2}\.\d{1,5}"),
    "MaxPricePerMinute": re.compile(r"\d{0,2}\.\d{1,5}"),
    "VoiceId": re.compile(r"[A-Z][A-Z_]{1,31}"),
}
_LONGEST = {"SendTextMessage": 1600, "SendVoiceMessage": 6000}
_CHOICES = {"MessageType": ("TRANSACTIONAL", "PROMOTIONAL"), "MessageBodyTextType": ("TEXT", "SSML")}


def fault(operation: str, message: Any) -> Fault | None:
    """Return what is wrong with a request, or None."""
    if not isinstance(message, dict):
        return "CANNOT_PARSE", "an object is expected"
    number, body = message.get("DestinationPhoneNumber"), message.get("MessageBody")
    if not isinstance(number, str) or not _E164.fullmatch(number):
        return "INVALID_PARAMETER", "DestinationPhoneNumber must be in E.164 format"
    if not isinstance(body, str) or not body.strip():
        return "MISSING_PARAMETER", "MessageBody must hold a text"
    if len(body) > _LONGEST[operation]:
        return "MAXIMUM_SIZE_EXCEEDED", f"MessageBody is longer than {_LONGEST[operation]} characters"
    if operation == "SendVoiceMessage" and not message.get("OriginationIdentity"):
        return "MISSING_PARAMETER", "a call needs an OriginationIdentity"
    return _option_fault(message) or _context_fault(message.get("Context") or {})


def _option_fault(message: dict[str, Any]) -> Fault | None:
    for name, choices in _CHOICES.items():
        if message.get(name) not in (None, *choices):
            return "INVALID_PARAMETER", f"{name} must be {' or '.join(choices)}"
    ttl = message.get("TimeToLive", 60)
    if not isinstance(ttl, int) or not 5 <= ttl <= 259_200:
        return "INVALID_PARAMETER", "TimeToLive must be 5 to 259200 seconds"
    for name, pattern in _PATTERNS.items():
        if name in message and not pattern.fullmatch(str(message[name])):
            return "FIELD_VALIDATION_FAILED", f"{name} must match {pattern.pattern}"
    return None


def _context_fault(context: Any) -> Fault | None:
    if not isinstance(context, dict) or len(context) > 5:
        return "FIELD_VALIDATION_FAILED", "Context must be a map of at most 5 entries"
    for key, value in context.items():
        if not re.fullmatch(r"\S{1,100}", key):
            return "FIELD_VALIDATION_FAILED", "a Context key must be 1 to 100 characters without spaces"
        if not isinstance(value, str) or not 1 <= len(value) <= 800 or value != value.strip():
            return (
                "FIELD_VALIDATION_FAILED",
                "a Context value must be 1 to 800 characters without outer spaces",
            )
    return None
