"""The second factor of the staff's sign-in (RFC 6238), which the engine's sign-in page does not ask for."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.engine import Asgi
from infra.local.web import Answer, Problem, Receive, Request, Send, read_request, send_answer

STEP = 30
_DIGITS = 1_000_000
_KEY = b"accord-local-second-factor"  # the engine on this machine alone knows these people
_TRIES, _GOOD = 5, 300
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in: the code</title>
<meta name="viewport" content="width=device-width"><style>
body{{font:1rem/1.6 sans-serif;max-width:24rem;margin:3rem auto;padding:0 1rem}}
input,button{{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin:.4rem 0}}</style></head>
<body><h1>Enter your code</h1><p>The start page of the local runner shows it beside your name.</p>{fault}
<form method="post" action="/login"><input type="hidden" name="held" value="{held}">
<label for="code">Six digits</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button type="submit">Sign in</button></form></body></html>"""
_WRONG = '<p role="alert"><b>This code is not good, or not any more. Look for the newest one.</b></p>'


def code_at(seed: bytes, counter: int) -> str:
    """Return the code of one step (RFC 4226, six digits)."""
    mac = hmac.digest(seed, struct.pack(">Q", counter), "sha1")
    place = mac[-1] & 15
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % _DIGITS:06}"


def seed_of(member: str) -> bytes:
    """Return a member's seed."""
    return hmac.digest(_KEY, member.encode(), "sha256")[:20]


@dataclass(slots=True)
class _Held:
    """A sign-in whose password was right: whose, and where it leads once the code is too."""

    member: str
    location: str
    until: float
    left: int = _TRIES


class SecondFactor:
    """Stands before the engine's sign-in pages: nobody leaves them with a code of OAuth without his own."""

    def __init__(
        self, now: Callable[[], float], new_name: Callable[[], str], whose: Callable[[str], str]
    ) -> None:
        self._now, self._new_name, self._whose = now, new_name, whose
        self._spent: dict[str, int] = {}
        self._held: dict[str, _Held] = {}

    def code(self, member: str) -> str:
        """Return the code that a member types next; empty while the ones that are good are used up."""
        here = int(self._now()) // STEP
        steps = [each for each in self._good(member) if each >= here]
        return code_at(seed_of(member), steps[0]) if steps else ""

    def guard(self, engine: Asgi) -> Asgi:
        """Return the engine's sign-in pages with this step behind them."""

        async def guarded(scope: Any, receive: Receive, send: Send) -> None:
            try:
                request = await read_request(scope, receive)
                form = request.fields() if request.method == "POST" and request.is_form else {}
            except Problem as problem:
                await send_answer(send, problem.answer())
                return
            if "held" in form:
                await send_answer(send, self.check(str(form["held"]), str(form.get("code", ""))))
                return
            messages = await _asked(engine, scope, request, receive)
            if location := _leaving(messages[0]):
                await send_answer(send, self.ask(location))
                return
            for message in messages:
                await send(message)

        return guarded

    def ask(self, location: str) -> Answer:
        """Keep where a sign-in leads, and ask for the code."""
        now, name = self._now(), self._new_name()
        self._held = {held: one for held, one in self._held.items() if one.until > now}
        member = self._whose(_code_in(location))
        self._held[name] = _Held(member, location, now + _GOOD)
        return _page(name)

    def check(self, name: str, typed: str) -> Answer:
        """Lead on with the right code, which is spent then; ask again after a wrong one, a few times."""
        held = self._held.get(name)
        if held is None or held.until <= self._now() or held.left < 1:
            self._held.pop(name, None)
            return Answer(303, headers={"location": "/staff"})
        held.left -= 1
        for counter in self._good(held.member):
            if hmac.compare_digest(code_at(seed_of(held.member), counter).encode(), typed.strip().encode()):
                self._spent[held.member] = counter
                del self._held[name]
                return Answer(302, headers={"location": held.location})
        return _page(name, _WRONG)

    def _good(self, member: str) -> list[int]:
        """Return the steps whose code a member may use: this one and its neighbours, none twice."""
        here = int(self._now()) // STEP
        return [each for each in (here - 1, here, here + 1) if each > self._spent.get(member, 0)]


async def _asked(engine: Asgi, scope: Any, request: Request, receive: Receive) -> list[Any]:
    """Return what the engine answers to a request whose body was read."""
    messages: list[Any] = []
    bodies = iter([{"type": "http.request", "body": request.body, "more_body": False}])

    async def again() -> Any:
        return next(bodies, None) or await receive()

    async def keep(message: Any) -> None:
        messages.append(message)

    await engine(scope, again, keep)
    return messages


def _leaving(start: Any) -> str:
    """Return where an answer leads when it carries a code of OAuth, else nothing."""
    found = dict(start.get("headers", ()))
    location = next((value.decode() for name, value in found.items() if name.lower() == b"location"), "")
    return location if _code_in(location) else ""


def _code_in(location: str) -> str:
    return parse_qs(urlsplit(location).query).get("code", [""])[0]


def _page(name: str, fault: str = "") -> Answer:
    return Answer(body=_PAGE.format(held=escape(name), fault=fault), kind="text/html; charset=utf-8")
