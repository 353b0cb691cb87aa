"""Receipts of every provider, from whatever envelope, as one kind of value (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.channels import is_code
from chalicelib.channels.alibaba_push import beijing_time
from chalicelib.channels.statuses import Meaning, knows, meaning
from chalicelib.domain.keys import CaseId

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProviderReceipt:
    """One provider's word about one message; `word` is as in statuses.json, `at` the provider's time (UTC).

    `reason` is a code and never holds personal data. `at` is None when the provider gives no readable time.
    """

    provider: str
    word: str
    meaning: Meaning
    reason: str
    case_id: CaseId
    step: str
    channel: str
    message_id: str
    at: datetime | None

    @property
    def status(self) -> str:
        """ACCEPTED, DELAYED, DELIVERED, FAILED, COMPLAINED, or OTHER, which changes nothing."""
        return self.meaning.status


def parse(body: str) -> ProviderReceipt | None:
    """Return the receipt in a queue message, or None for an event about no notice of ours.

    Takes SES and End User Messaging events bare, in an SNS or in an EventBridge envelope, and our own
    envelopes `{"source": "accord.alibaba" | "accord.letter" | "accord.in_app", "detail": {…}}`. Raises
    ValueError when it is no JSON object or names a case in a way no case is named.
    """
    event = _opened(_object(json.loads(body)))
    source, detail = str(event.get("source", "")), event
    if "detail" in event:
        detail = {"detail-type": event.get("detail-type")} | dict(_object(event["detail"]))
    reader = _READERS.get(source) or (_ses if "mail" in detail else _eum)
    found = reader(detail)
    if not {"case_id", "step", "channel"} <= found.tags.keys():
        return None
    return ProviderReceipt(
        provider=found.provider,
        word=found.word,
        meaning=meaning(found.provider, found.word),
        reason=found.reason if is_code(found.reason) else "",
        case_id=CaseId.parse(found.tags["case_id"]),
        step=found.tags["step"],
        channel=found.tags["channel"],
        message_id=found.message_id,
        at=found.at,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    provider: str
    word: str
    reason: str
    tags: Mapping[str, str]
    message_id: str
    at: datetime | None


# SES's names in EventBridge, for an event whose detail does not repeat its own.
_SES_NAMES = {
    "Email Sent": "Send",
    "Email Delivered": "Delivery",
    "Email Delivery Delayed": "DeliveryDelay",
    "Email Bounced": "Bounce",
    "Email Complaint Received": "Complaint",
    "Email Rejected": "Reject",
    "Email Rendering Failed": "Rendering Failure",
    "Email Subscribed": "Subscription",
}


def _ses(event: Event) -> _Found:
    """SES: what happened stands under its own name (`bounce`), which also has the time and the reason."""
    name = str(event.get("eventType") or _SES_NAMES.get(str(event.get("detail-type")), ""))
    part = event.get(name[:1].lower() + name[1:]) or {}
    kind = str(part.get("bounceType") or part.get("complaintFeedbackType") or "")
    word = f"{name}/{kind}" if knows("ses", f"{name}/{kind}") else name
    detail = part.get("bounceSubType") or part.get("delayType") or part.get("reason") or kind
    mail = event.get("mail", {})
    tags = {tag: values[0] for tag, values in mail.get("tags", {}).items() if values}
    at = _iso(part.get("timestamp") or mail.get("timestamp"))
    return _Found("ses", word, str(detail), tags, str(mail.get("messageId", "")), at)


def _eum(event: Event) -> _Found:
    """End User Messaging: flat, with the time in milliseconds and our tags as `context`."""
    milliseconds = event.get("eventTimestamp")
    at = datetime.fromtimestamp(milliseconds / 1000, UTC) if isinstance(milliseconds, int) else None
    tags, reason = event.get("context") or {}, str(event.get("messageStatus", ""))
    return _Found("eum", str(event.get("eventType", "")), reason, tags, str(event.get("messageId", "")), at)


def _alibaba(report: Event) -> _Found:
    """Alibaba Cloud: tags from `out_id`, time in Beijing; a code not in the table is read by `success`."""
    code = str(report.get("err_code", ""))
    word = code if knows("alibaba", code) else f"success={str(report.get('success')).lower()}"
    tags = _of_out_id(str(report.get("out_id", "")))
    at = beijing_time(str(report.get("report_time", "")))
    return _Found("alibaba", word, code, tags, str(report.get("biz_id", "")), at)


def _of_out_id(out_id: str) -> dict[str, str]:
    """Read what alibaba_sms.out_id wrote; a foreign one is about no notice of ours."""
    case_id, _, step = out_id.partition(".")
    try:
        return {"case_id": str(CaseId.parse(case_id)), "step": step, "channel": "SMS"}
    except ValueError:
        return {}


def _own(provider: str, channel: str, event: Event) -> _Found:
    """Our own form, for print house and app: status, case_id, step, message_id, at (ISO 8601), reason."""
    tags = {name: str(event[name]) for name in ("case_id", "step") if name in event} | {"channel": channel}
    word, reason = str(event.get("status", "")), str(event.get("reason", ""))
    return _Found(provider, word, reason, tags, str(event.get("message_id", "")), _iso(event.get("at")))


_READERS = {
    "aws.ses": _ses,
    "aws.sms-voice": _eum,
    "accord.alibaba": _alibaba,
    "accord.letter": lambda event: _own("letter", "LETTER", event),
    "accord.in_app": lambda event: _own("in_app", "IN_APP", event),
}


def _iso(text: object) -> datetime | None:
    """Return the UTC moment of an ISO 8601 time with its zone, or None: a bad time loses no receipt."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _opened(event: Event) -> Event:
    """Take an event out of its SNS envelope; SES's greeting to a new topic is a text, about no notice."""
    if event.get("Type") != "Notification":
        return event
    try:
        return _object(json.loads(event["Message"]))
    except json.JSONDecodeError:
        return {}


def _object(value: Any) -> Event:
    if not isinstance(value, dict):
        raise ValueError("a receipt must be a JSON object")
    return value
