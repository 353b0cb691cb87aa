"""The sign-in's second factor (RFC 6238), which the engine's own page does not ask for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import parse_qs

from infra.local.engine import Asgi
from infra.local.web import Answer, Receive, Send, read_body, send_answer

PATH = "/login"
_STEP = 30  # seconds that a code is good
_DIGITS = 6
_TRIES = 5
_SEED = b"accord-local-second-factor"  # the start page shows the codes anyway: nobody here has a telephone
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Second factor</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px system-ui;max-width:24rem;margin:3rem auto;padding:0 1rem}}input,button{{font:inherit;
padding:.6rem;width:100%;box-sizing:border-box;margin:.4rem 0}}</style></head>
<body><main><h1>Second factor</h1>
<p>{said}</p><form method="post" action="/login"><input type="hidden" name="ticket" value="{ticket}">
<label for="code">Code of six digits; the local start page shows yours</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6"
required autofocus>
<button>Continue</button></form></main></body></html>"""


def code_of(ident: str, at: datetime) -> str:
    """Return somebody's code at a moment, as his authenticator would show it."""
    return _code(ident, _step(at))


def _step(at: datetime) -> int:
    return int(at.timestamp()) // _STEP


def _code(ident: str, step: int) -> str:
    return totp(hmac.new(_SEED, ident.encode(), hashlib.sha1).digest(), step)


def totp(seed: bytes, step: int) -> str:
    """Return the code of a seed in a step of time (RFC 6238 over RFC 4226, SHA-1, six digits)."""
    mac = hmac.new(seed, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


@dataclass
class _Held:
    """A sign-in whose password was right: where it leads once the code is, and how often that was tried."""

    ident: str
    leads: str
    tries: int = 0


@dataclass
class SecondFactor:
    """Holds the engine's answer to a right password back until the code is right; `now` is the real time."""

    now: Callable[[], datetime]
    ticket: Callable[[], str] = secrets.token_urlsafe
    _held: dict[str, _Held] = field(default_factory=dict)
    _used: set[tuple[str, int]] = field(default_factory=set)

    async def post(self, engine: Asgi, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a form of the sign-in: a password goes on to the engine, a code is looked at here."""
        body = await read_body(receive)
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if "ticket" in form:
            await send_answer(send, self._coded(form["ticket"], form.get("code", "")))
            return
        start, content = await _asked(engine, scope, body)
        leads = dict(start["headers"]).get(b"location", b"").decode()
        if "code=" not in leads or "username" not in form:
            await send(start)
            await send({"type": "http.response.body", "body": content})
            return
        name = self.ticket()
        self._held[name] = _Held(form["username"], leads)
        await send_answer(send, _page(name, "Your password is right."))

    def _coded(self, ticket: str, code: str) -> Answer:
        held = self._held.get(ticket)
        if held is None:
            return Answer(400, "This sign-in is over; start again at /staff.", "text/plain; charset=utf-8")
        step = self._matching(held.ident, code)
        if step is not None:
            self._used.add((held.ident, step))
            del self._held[ticket]
            return Answer(302, headers={"location": held.leads})
        held.tries += 1
        if held.tries == _TRIES:
            del self._held[ticket]
        return _page(ticket, "That code is not right, or was used before: a new one comes every 30 seconds.")

    def _matching(self, ident: str, code: str) -> int | None:
        """Return the step of a code that is good now and not used; a clock may be off by one step."""
        at = _step(self.now())
        good = [step for step in (at - 1, at, at + 1) if hmac.compare_digest(_code(ident, step), code)]
        return next((step for step in good if (ident, step) not in self._used), None)


def _page(ticket: str, said: str) -> Answer:
    return Answer(200, _PAGE.format(ticket=escape(ticket), said=escape(said)))


async def _asked(engine: Asgi, scope: Any, body: bytes) -> tuple[Any, bytes]:
    """Return the engine's answer to a request whose body was read already: its start and its content."""
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def keep(message: Any) -> None:
        said.append(message)

    await engine(scope, receive, keep)
    return said[0], b"".join(message.get("body", b"") for message in said[1:])
