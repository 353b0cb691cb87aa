"""In-app messages: a signed webhook (Standard Webhooks) to the lender's app, safe to send to any URL."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Refused, Result, Unsure
from chalicelib.channels.addresses import Resolver, is_public, resolve
from chalicelib.channels.post import PATIENCE, Answer, Patience, Place, post
from chalicelib.domain.errors import NotFound

_TYPE = "notice.in_app.v1"
_MOST = 4096  # bytes of an answer that are read at all
_LATER = (408, 425, 429)  # of the 4xx those that ask to come back
_PROXY = (502, 504)  # a proxy's word; what stands behind it may have taken the message


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a lender's app takes messages, and the secret (`whsec_…`) that signs them."""

    url: str
    secret: str


class InAppWebhook:
    """POSTs `notice.in_app.v1` to the endpoint of the message's lender; `webhook-id` is the notice's id.

    `endpoint_of` raises NotFound for a lender without an app. `allow_private` lets tests and the local engine
    use http and loopback; it must never be set where a lender chooses the URL.
    """

    def __init__(
        self,
        endpoint_of: Callable[[str], Endpoint],
        clock: Callable[[], datetime],
        *,
        allow_private: bool = False,
        resolver: Resolver = resolve,
        trust: ssl.SSLContext | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._endpoint_of = endpoint_of
        self._clock = clock
        self._allow_private = allow_private
        self._resolver = resolver
        self._trust, self._patience = trust, patience

    def send(self, message: Outgoing) -> Result:
        """POST the message once; see Channel.send."""
        try:
            endpoint = self._endpoint_of(message.lender)
        except NotFound:
            return Refused("no_endpoint", again=False)
        except (ClientError, BotoCoreError) as error:
            return Refused(type(error).__name__, again=True)  # its secret could not be read; nothing was sent
        notice_id, body = message.tags["notice_id"], _body(message)
        timestamp = str(int(self._clock().timestamp()))
        try:
            place = self._place(endpoint.url)
            signature = sign(endpoint.secret, notice_id, timestamp, body)
        except ValueError:
            return Refused("bad_endpoint", again=False)
        if isinstance(place, Refused):
            return place
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Accord",
            "webhook-id": notice_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature,
        }
        return _result(post(place, _path(endpoint.url), headers, body, most=_MOST), notice_id)

    def _place(self, url: str) -> Place | Refused:
        """Return where to connect: the very addresses that were checked, so that DNS cannot change its mind.

        One address that is not public refuses them all: a name that has both is an attempt to get in. Raises
        ValueError for a URL that is none.
        """
        parts = urlsplit(url)
        tls, host = parts.scheme == "https", (parts.hostname or "").rstrip(".")
        port = parts.port or (443 if tls else 80)
        written_plainly = url.isascii() and url.isprintable() and " " not in url and parts.username is None
        if not (host and written_plainly and (tls or (self._allow_private and parts.scheme == "http"))):
            raise ValueError("an endpoint is an https URL without user and password")
        try:
            addresses = tuple(self._resolver(host, port))
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            return Refused("unresolved", again=True)
        if not self._allow_private and not all(map(is_public, addresses)):
            return Refused("private_address", again=False)
        return Place(host, port, tls, addresses, self._trust, self._patience)


def sign(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """Return the `webhook-signature` header: `v1,` and the base64 HMAC-SHA256 over id.timestamp.body.

    Raises ValueError for a secret that is not `whsec_` and base64.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _body(message: Outgoing) -> bytes:
    body = {
        "type": _TYPE,
        "notice_id": message.tags["notice_id"],
        "case_id": message.tags["case_id"],
        "step": message.tags["step"],
        "user": message.to,
        "title": message.subject,
        "text": message.text,
        "url": message.link,
        "language": message.language,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _result(answer: Answer | Refused | Unsure, webhook_id: str) -> Result:
    """Return what an answer means for the message.

    A 5xx of the app itself is its own word that it did not take the message; Standard Webhooks asks to send
    it again, and `webhook-id` (the same each time) lets it drop a repeat. Silence, a broken connection and a
    proxy's 502 or 504 are nobody's word: the app may have shown the message, and a repeat would lean on its
    memory alone where the law counts contacts. These stay Unsure; a receipt or the next channel settles.
    """
    if not isinstance(answer, Answer):
        return answer
    status, code = answer.status, f"http_{answer.status}"
    if 200 <= status < 300:
        return Accepted(webhook_id, "in_app")
    if status in _PROXY:
        return Unsure(code)
    return Refused(code, again=status >= 500 or status in _LATER)
