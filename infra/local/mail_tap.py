"""Notes every e-mail the engine's SES took, with the tags the engine itself forgets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from infra.local.engine import Asgi
from infra.local.outbox import Outbox
from infra.local.web import Receive, Send, read_body

_SEND = "/v2/email/outbound-emails"


class MailTap:
    """Stands before the engine's SES: the request and the answer pass untouched, the outbox keeps a copy.

    `before_send`: see SmsApi.
    """

    def __init__(self, outbox: Outbox, before_send: Callable[[], None]) -> None:
        self._outbox, self._before_send = outbox, before_send

    def __call__(self, engine: Asgi) -> Asgi:
        """Return the engine with the tap before it."""

        async def tapped(scope: Any, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != _SEND:
                await engine(scope, receive, send)
                return
            body = await read_body(receive)
            await asyncio.to_thread(self._before_send)
            taken: dict[str, Any] = {"status": 0, "body": b""}

            async def listen(message: Any) -> None:
                if message["type"] == "http.response.start":
                    taken["status"] = message["status"]
                elif message["type"] == "http.response.body":
                    taken["body"] += message.get("body", b"")
                    if taken["status"] == 200 and not message.get("more_body"):
                        self._keep(json.loads(body), json.loads(taken["body"])["MessageId"])
                await send(message)

            await engine(scope, _replay(body, receive), listen)

        return tapped

    def _keep(self, mail: dict[str, Any], message_id: str) -> None:
        simple = mail.get("Content", {}).get("Simple", {})
        body = simple.get("Body", {})
        self._outbox.add(
            channel="EMAIL",
            to=", ".join(mail.get("Destination", {}).get("ToAddresses", [])),
            subject=simple.get("Subject", {}).get("Data"),
            text=body.get("Text", {}).get("Data", ""),
            html=body.get("Html", {}).get("Data"),
            provider_message_id=message_id,
            segments=None,
            sender=mail.get("FromEmailAddress", ""),
            tags={each["Name"]: each["Value"] for each in mail.get("EmailTags") or []}
            | _set(mail.get("ConfigurationSetName")),
            headers={each["Name"]: each["Value"] for each in simple.get("Headers") or []},
        )


def _set(name: str | None) -> dict[str, str]:
    """Return the tag SES itself adds to a mail that was sent with a configuration set."""
    return {"ses:configuration-set": name} if name else {}


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replayed() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
