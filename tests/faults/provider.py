"""Stand-ins for what moto lacks or hides: the SMS service, every message delivered, and its receipts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from string import Template
from typing import Any

from botocore.awsrequest import AWSResponse
from standardwebhooks import Webhook

from chalicelib.notices.compose import registered_form
from tests.faults.buckets import digest, words_of
from tests.faults.plane import Act, Call, answer, refusal
from tests.road import SECRET

SIGNATURE = "示范银行"
CODES = {f"cn/{step}/SMS/zh-CN": f"SMS_{step}" for step in ("first_notice", "reminder_1", "reminder_2")}
_LINKS = "https://accord.example/n/"
_REGISTERED = {
    code: registered_form("CN", name.split("/")[1], "zh-CN", _LINKS) for name, code in CODES.items()
}
_WORDS = {
    "LETTER": {"DELIVERED": "DELIVERED", "ACCEPTED": "DISPATCHED", "FAILED": "RETURNED"},
    "IN_APP": {"DELIVERED": "DELIVERED", "ACCEPTED": "ACCEPTED", "FAILED": "FAILED"},
}

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
    provider: str = ""
    pages: str = ""

    @property
    def notice(self) -> tuple[str, str, str]:
        """The case, step and channel: what must be delivered once."""
        return self.tags["case_id"], self.tags["step"], self.tags["channel"]

    def receipt(self, word: str = "DELIVERED") -> str:
        """Return the provider's event as it lies in our queue, in its SNS envelope."""
        event: dict[str, Any]
        if self.provider == "alibaba":
            return json.dumps({"source": "accord.alibaba", "detail": self.report(word)})
        if self.channel in ("LETTER", "IN_APP"):
            where = {name: self.tags[name] for name in ("case_id", "step")}
            detail = {**where, "status": _WORDS[self.channel][word], "message_id": self.message_id}
            return json.dumps({"source": f"accord.{self.channel.lower()}", "detail": detail})
        if self.channel in _EUM:
            kind = _EUM[self.channel][word]
            event = {"eventType": kind, "messageId": self.message_id, "context": dict(self.tags)}
        else:
            kind = {"DELIVERED": "Delivery", "ACCEPTED": "Send", "FAILED": "Bounce"}[word]
            tags = {name: [value] for name, value in self.tags.items()}
            event = {"eventType": kind, "mail": {"messageId": self.message_id, "tags": tags}}
        return json.dumps({"Type": "Notification", "Message": json.dumps(event)})

    def report(self, word: str = "DELIVERED") -> dict[str, Any]:
        """Return Alibaba Cloud's report."""
        where = f"{self.tags['case_id']}.{self.tags['step']}"
        code = {"DELIVERED": "DELIVERED", "ACCEPTED": "REQUEST_SUCCESS", "FAILED": "INVALID_NUMBER"}[word]
        return {"out_id": where, "success": word != "FAILED", "err_code": code, "biz_id": self.message_id}


@dataclass
class Providers:
    """End User Messaging answered here, SES by moto; `refuse`: the error to answer with, by channel.

    What goes to somebody without a case has no tags, and tells nobody what became of it: `strangers`.
    """

    clock: Callable[[], datetime]
    outbox: list[Delivery] = field(default_factory=list)
    strangers: list[Delivery] = field(default_factory=list)
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
            channel, body["DestinationPhoneNumber"], body["MessageBody"], body.get("Context", {}), message_id
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

    def alibaba(self, call: Call, moto: Act) -> AWSResponse:
        """Answer SendSms: it fills in its registered template and puts the signature in front."""
        if code := self.refuse.get("ALIBABA"):
            return answer(200, {"Code": code})
        asked = call.body["asked"]
        template = Template(_REGISTERED[asked["TemplateCode"]])
        text = f"【{asked['SignName']}】{template.substitute(json.loads(asked['TemplateParam']))}"
        case_id, _, step = asked["OutId"].partition(".")
        tags = {"case_id": case_id, "step": step, "channel": "SMS"}
        message_id = f"biz-{len(self.outbox) + 1}"
        self._deliver("SMS", asked["PhoneNumbers"], text, tags, message_id, provider="alibaba")
        return answer(200, {"Code": "OK", "BizId": message_id})

    def app(self, call: Call, moto: Act) -> AWSResponse:
        """Answer PostNotice as a lender's app that shows whatever is signed and remembers nothing."""
        if code := self.refuse.get("IN_APP"):
            return answer(int(code), {})
        body, headers = call.body["body"], call.body["headers"]
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Webhook(SECRET).sign(headers["webhook-id"], at, body)
        told = json.loads(body)
        tags = {"case_id": told["case_id"], "step": told["step"], "channel": "IN_APP"}
        self._deliver("IN_APP", told["user"], told["text"], tags, f"app-{len(self.outbox) + 1}")
        return answer(200, {})

    def letter(self, manifest: Mapping[str, Any], pages: bytes) -> None:
        """Print what a manifest names, each time one is put."""
        tags = {"case_id": manifest["case_id"], "step": manifest["step"], "channel": "LETTER"}
        assert digest(pages) == manifest["sha256"]
        self._deliver("LETTER", "", words_of(pages), tags, manifest["notice_id"], pages=manifest["sha256"])

    def _deliver(
        self, channel: str, to: str, text: str, tags: Mapping[str, str], message_id: str, **more: str
    ) -> None:
        delivery = Delivery(channel, to, text, dict(tags), message_id, self.clock(), **more)
        if not tags:
            self.strangers.append(delivery)
            return
        self.outbox.append(delivery)
        self.on_delivery(delivery)
