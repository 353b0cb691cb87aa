"""SMS by Alibaba Cloud (dysmsapi 2017-05-25): registered templates, filled in by the provider."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Refused, Result, Unsure
from chalicelib.channels.alibaba_rules import UNFIT, unfit_values
from chalicelib.channels.alibaba_sign import Call, Credentials, signed_headers
from chalicelib.channels.post import PATIENCE, Answer, Patience, Place, post

ENDPOINT = "https://dysmsapi.aliyuncs.com"
_MOST = 65_536  # bytes of an answer

# What a later try or another provider may escape: limits, and faults of our account, not of the message.
_LATER = (
    "Forbidden",
    "InvalidAccessKeyId",
    "InvalidTimeStamp",
    "ServiceUnavailable",
    "SignatureDoesNotMatch",
    "Throttling",
    "isp.RAM_PERMISSION_DENY",
    "isv.ACCOUNT_ABNORMAL",
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.BUSINESS_LIMIT_CONTROL",
    "isv.DAY_LIMIT_CONTROL",
    "isv.DENY_IP_RANGE",
    "isv.MONTH_LIMIT_CONTROL",
    "isv.OUT_OF_SERVICE",
    "isv.PRODUCT_UN_SUBSCRIPT",
    "isv.PRODUCT_UNSUBSCRIBE",
)
# A fault of the service itself, or a nonce it has seen: it may have the message already.
_IN_DOUBT = ("InternalError", "SignatureNonceUsed", "isp.")


class AlibabaSms:
    """Sends under one signature name to numbers of mainland China; `codes` maps a template's name to a code.

    The name is Outgoing.template without its version (`cn/first_notice/SMS/zh-CN`). `credentials` is asked at
    each send, so that a secret is fetched when it is needed and may be rotated.
    """

    def __init__(
        self,
        sign_name: str,
        codes: Mapping[str, str],
        credentials: Callable[[], Credentials],
        clock: Callable[[], datetime],
        nonce: Callable[[], str],
        *,
        endpoint: str = ENDPOINT,
        trust: ssl.SSLContext | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        parts = urlsplit(endpoint)
        tls = parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        self._place = Place(parts.hostname or "", port, tls, (), trust, patience)
        self._sign_name, self._codes = sign_name, codes
        self._credentials, self._clock, self._nonce = credentials, clock, nonce

    def objects(self, message: Outgoing) -> str:
        """Return the code under which this provider cannot send the message at all, or nothing.

        It needs a registered template, a mainland number and values within the service's limits.
        """
        if self._code(message) is None:
            return "template_unregistered"
        if not message.to.startswith("+86"):
            return "not_mainland"
        return next((UNFIT + name for name in unfit_values(message.values)), "")

    def send(self, message: Outgoing) -> Result:
        """Send the text once; see Channel.send. What it `objects` to is refused for good, without a call."""
        if objection := self.objects(message):
            return Refused(objection, again=False)
        try:
            credentials = self._credentials()
        except (ClientError, BotoCoreError) as error:
            return Refused(type(error).__name__, again=True)  # the secret could not be read; nothing was sent
        parameters = {
            "PhoneNumbers": message.to,
            "SignName": self._sign_name,
            "TemplateCode": self._code(message) or "",
            "TemplateParam": json.dumps(dict(message.values), ensure_ascii=False, separators=(",", ":")),
            "OutId": out_id(message.tags),
        }
        call = Call(self._place.authority, "SendSms", "2017-05-25", parameters)
        headers = signed_headers(call, credentials, self._clock(), self._nonce())
        answer = post(self._place, f"/?{call.query}", headers, b"", most=_MOST)
        return _result(answer) if isinstance(answer, Answer) else answer

    def _code(self, message: Outgoing) -> str | None:
        return self._codes.get(message.template.partition("@")[0])


def out_id(tags: Mapping[str, str]) -> str:
    """Return what comes back in the receipt: `{case_id}.{step}`, about 40 characters; the channel is SMS."""
    return f"{tags['case_id']}.{tags['step']}"


def _result(answer: Answer) -> Result:
    """Return what the service's answer means; it reports faults of a message with status 200 and a code."""
    body = _object(answer.body)
    code = str(body.get("Code") or f"http_{answer.status}")
    if answer.status == 200 and code == "OK":
        return Accepted(str(body.get("BizId", "")), "alibaba")
    if code.startswith(_LATER) or answer.status == 429:
        return Refused(code, again=True)
    if code.startswith(_IN_DOUBT) or code.startswith("http_") or answer.status >= 500:
        return Unsure(code)
    return Refused(code, again=False)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
