"""The lenders' apps on loopback: take `notice.in_app.v1`, its signature first, as a real app does."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from infra.local.outbox import Outbox
from infra.local.signing import signed_headers
from infra.local.web import Answer, Problem, Request


class AppInbox:
    """Puts what the apps are sent into the outbox; `secrets` sign it, by lender."""

    def __init__(self, outbox: Outbox, secrets: Mapping[str, str]) -> None:
        self._outbox, self._secrets = outbox, secrets

    def take(self, lender: str, request: Request) -> Answer:
        """Take one message once, however often it comes; raises Problem for what no app would take."""
        secret = self._secrets.get(lender)
        if secret is None:
            raise Problem(404, "no-such-app", f"There is no app of {lender}.")
        identifier = request.headers.get("webhook-id", "")
        if not _is_signed(request, identifier, secret):
            raise Problem(401, "not-signed", "The signature is not this app's.")
        known = {each.provider_message_id for each in self._outbox.all()}
        if identifier not in known:
            self._keep(lender, identifier, request.fields())
        return Answer(204)

    def _keep(self, lender: str, identifier: str, told: dict[str, Any]) -> None:
        self._outbox.add(
            channel="IN_APP",
            to=told["user"],
            subject=told["title"],
            text=f"{told['text']} {told['url']}".strip(),
            html=None,
            provider_message_id=identifier,
            segments=None,
            sender=lender,
            tags={name: told[name] for name in ("case_id", "step", "notice_id")},
        )


def _is_signed(request: Request, identifier: str, secret: str) -> bool:
    timestamp = request.headers.get("webhook-timestamp", "")
    if not timestamp.isdigit():
        return False
    expected = signed_headers(secret, identifier, int(timestamp), request.body)["webhook-signature"]
    return hmac.compare_digest(expected, request.headers.get("webhook-signature", ""))
