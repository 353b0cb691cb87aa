"""AWS End User Messaging on loopback: SendTextMessage and SendVoiceMessage, checked as AWS checks them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

from infra.local.outbox import Outbox
from infra.local.sms_checks import fault
from infra.local.web import Answer, Request

_TARGET = "PinpointSMSVoiceV2."
_CHANNELS = {"SendTextMessage": "SMS", "SendVoiceMessage": "VOICE"}
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
    """Answers the JSON 1.0 protocol; a message or call it takes goes to the outbox.

    `before_send` makes what the product wrote so far outlast a kill, as DynamoDB has it already when a claim
    is answered: otherwise a kill could bring back a case that knows nothing of a message that left.
    """

    def __init__(self, outbox: Outbox, new_id: Callable[[], str], before_send: Callable[[], None]) -> None:
        self._outbox, self._new_id, self._before_send = outbox, new_id, before_send

    def __call__(self, request: Request) -> Answer:
        """Serve one call of the provider's API."""
        operation = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
        if operation not in _CHANNELS:
            return _refused(
                400, "UnknownOperationException", f"{operation or 'nothing'} is not served locally"
            )
        try:
            message = json.loads(request.body)
        except ValueError:
            return _refused(400, "SerializationException", "the body is no JSON")
        if found := fault(operation, message):
            return _refused(400, "ValidationException", found[1], Reason=found[0])
        for ending, (status, name, extra) in _FAILURES.items():
            if message["DestinationPhoneNumber"].endswith(ending):
                return _refused(status, name, f"the number ends in {ending}", **extra)
        message_id = self._new_id()
        if not message.get("DryRun"):
            self._keep(_CHANNELS[operation], message, message_id)
        return _reply(200, {"MessageId": message_id})

    def _keep(self, channel: str, message: dict[str, Any], message_id: str) -> None:
        self._before_send()
        count_segments = importlib.import_module("chalicelib.notices.segments").count_segments
        segments = count_segments(message["MessageBody"]).count if channel == "SMS" else None
        self._outbox.add(
            channel=channel,
            to=message["DestinationPhoneNumber"],
            subject=None,
            text=message["MessageBody"],
            html=None,
            provider_message_id=message_id,
            segments=segments,
            sender=message.get("OriginationIdentity", ""),
            tags=dict(message.get("Context") or {}),
            headers={"VoiceId": message.get("VoiceId", "")} if channel == "VOICE" else {},
        )


def _refused(status: int, name: str, message: str, **extra: Any) -> Answer:
    return _reply(status, {"__type": name, "Message": message, "message": message, **extra})


def _reply(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(body), "application/x-amz-json-1.0")
