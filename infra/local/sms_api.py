"""The SMS provider on loopback: AWS End User Messaging's SendTextMessage, checked as AWS checks it."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from typing import Any

from infra.local.outbox import Outbox
from infra.local.web import Answer, Request

_TARGET = "PinpointSMSVoiceV2."
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_PATTERNS = {
    "OriginationIdentity": re.compile(r"[A-Za-z0-9_:/+-]{1,256}"),
    "ConfigurationSetName": re.compile(r"[A-Za-z0-9_:/-]{1,256}"),
    "MaxPrice": re.compile(r"\d{0,2}\.\d{1,5}"),
}
# Numbers that fail by their ending, so that a case can be made to fail at will; any prefix, any country.
_FAILURES: dict[str, tuple[int, str, dict[str, Any]]] = {
    "0000001": (400, "ConflictException", {"Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}),
    "0000002": (400, "ThrottlingException", {}),
    "0000003": (500, "InternalServerException", {}),
    "0000004": (400, "ValidationException", {"Reason": "DESTINATION_COUNTRY_BLOCKED"}),
}
FAILING_ENDINGS = {
    ending: f"{name} {extra.get('Reason', '')}".strip() for ending, (_, name, extra) in _FAILURES.items()
}


class SmsApi:
    """Answers the JSON 1.0 protocol; a message it takes goes to the outbox.

    `before_send` makes what the product wrote so far outlast a kill, as DynamoDB has it already when a claim
    is answered: otherwise a kill could bring back a case that knows nothing of a message that left.
    """

    def __init__(self, outbox: Outbox, new_id: Callable[[], str], before_send: Callable[[], None]) -> None:
        self._outbox, self._new_id, self._before_send = outbox, new_id, before_send

    def __call__(self, request: Request) -> Answer:
        """Serve one call of the provider's API."""
        operation = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
        if operation != "SendTextMessage":
            return _refused(
                400, "UnknownOperationException", f"{operation or 'nothing'} is not served locally"
            )
        try:
            message = json.loads(request.body)
        except ValueError:
            return _refused(400, "SerializationException", "the body is no JSON")
        if fault := _fault(message):
            return _refused(400, "ValidationException", fault[1], Reason=fault[0])
        for ending, (status, name, extra) in _FAILURES.items():
            if message["DestinationPhoneNumber"].endswith(ending):
                return _refused(status, name, f"the number ends in {ending}", **extra)
        message_id = self._new_id()
        if not message.get("DryRun"):
            self._keep(message, message_id)
        return _reply(200, {"MessageId": message_id})

    def _keep(self, message: dict[str, Any], message_id: str) -> None:
        self._before_send()
        count_segments = importlib.import_module("chalicelib.notices.segments").count_segments
        self._outbox.add(
            channel="SMS",
            to=message["DestinationPhoneNumber"],
            subject=None,
            text=message["MessageBody"],
            html=None,
            provider_message_id=message_id,
            segments=count_segments(message["MessageBody"]).count,
            sender=message.get("OriginationIdentity", ""),
            tags=dict(message.get("Context") or {}),
        )


def _fault(message: Any) -> tuple[str, str] | None:
    """Return AWS's reason and message for what is wrong with a request, or None."""
    if not isinstance(message, dict):
        return "CANNOT_PARSE", "an object is expected"
    number, body = message.get("DestinationPhoneNumber"), message.get("MessageBody")
    if not isinstance(number, str) or not _E164.fullmatch(number):
        return "INVALID_PARAMETER", "DestinationPhoneNumber must be in E.164 format"
    if not isinstance(body, str) or not body.strip():
        return "MISSING_PARAMETER", "MessageBody must hold a text"
    if len(body) > 1600:
        return "MAXIMUM_SIZE_EXCEEDED", "MessageBody is longer than 1600 characters"
    return _option_fault(message) or _context_fault(message.get("Context") or {})


def _option_fault(message: dict[str, Any]) -> tuple[str, str] | None:
    if message.get("MessageType") not in (None, "TRANSACTIONAL", "PROMOTIONAL"):
        return "INVALID_PARAMETER", "MessageType must be TRANSACTIONAL or PROMOTIONAL"
    ttl = message.get("TimeToLive", 60)
    if not isinstance(ttl, int) or not 5 <= ttl <= 259_200:
        return "INVALID_PARAMETER", "TimeToLive must be 5 to 259200 seconds"
    for name, pattern in _PATTERNS.items():
        if name in message and not pattern.fullmatch(str(message[name])):
            return "FIELD_VALIDATION_FAILED", f"{name} must match {pattern.pattern}"
    return None


def _context_fault(context: Any) -> tuple[str, str] | None:
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


def _refused(status: int, name: str, message: str, **extra: Any) -> Answer:
    return _reply(status, {"__type": name, "Message": message, "message": message, **extra})


def _reply(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(body), "application/x-amz-json-1.0")
