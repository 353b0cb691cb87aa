"""A right password alone opens nothing: a code of the moment has to follow, and each is good once."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.local.second_factor import SecondFactor, code_of, totp

CALLBACK = "http://localhost:8000/staff/sign-in/back?code=abc&state=s"
_TICKET = re.compile(r'name="ticket" value="([^"]+)"')


async def _engine(scope: Any, receive: Any, send: Any) -> None:
    """The user pool's own page: it leads on with a right password, and says so with a wrong one."""
    body = (await receive())["body"].decode()
    right = "password=right" in body
    headers = [(b"location", CALLBACK.encode())] if right else [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 302 if right else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if right else b"Incorrect"})


@dataclass
class Door:
    """The sign-in as a browser meets it."""

    now: datetime = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
    tickets: int = 0
    factor: SecondFactor = field(init=False)

    def __post_init__(self) -> None:
        self.factor = SecondFactor(lambda: self.now, self._ticket)

    def _ticket(self) -> str:
        self.tickets += 1
        return f"ticket-{self.tickets}"

    def post(self, **form: str) -> tuple[int, str, str]:
        """Send a form; returns the status, where it leads, and what is shown."""
        said: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": urlencode(form).encode(), "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        asyncio.run(self.factor.post(_engine, {"method": "POST"}, receive, send))
        leads = dict(said[0]["headers"]).get(b"location", b"").decode()
        return said[0]["status"], leads, said[1]["body"].decode()

    def password(self, ident: str = "li-jing") -> str:
        """Give the right password; returns the ticket of the page that asks for the code."""
        status, leads, shown = self.post(username=ident, password="right")
        assert (status, leads) == (200, "")
        found = _TICKET.search(shown)
        assert found
        return found.group(1)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """RFC 6238, appendix B (the last six of its eight digits)."""
    assert totp(b"12345678901234567890", at // 30) == code


def test_a_wrong_password_is_the_engines_to_answer(door: Door) -> None:
    assert door.post(username="li-jing", password="wrong") == (200, "", "Incorrect")
    assert door.tickets == 0


def test_a_password_and_a_code_lead_on(door: Door) -> None:
    ticket = door.password()
    assert door.post(ticket=ticket, code=code_of("li-jing", door.now))[:2] == (302, CALLBACK)
    assert door.post(ticket=ticket, code=code_of("li-jing", door.now))[0] == 400, "a sign-in leads on once"


@pytest.mark.parametrize("late", [timedelta(seconds=90), timedelta(seconds=-90)])
def test_no_other_code_does(door: Door, late: timedelta) -> None:
    ticket = door.password()
    for code in ("", "000000", code_of("wang-fang", door.now), code_of("li-jing", door.now + late)):
        status, leads, shown = door.post(ticket=ticket, code=code)
        assert (status, leads) == (200, "")
        assert "not right" in shown


def test_a_code_is_good_once(door: Door) -> None:
    code = code_of("li-jing", door.now)
    assert door.post(ticket=door.password(), code=code)[0] == 302
    assert door.post(ticket=door.password(), code=code)[:2] == (200, "")
    door.now += timedelta(seconds=30)
    assert door.post(ticket=door.password(), code=code_of("li-jing", door.now))[0] == 302


def test_five_wrong_codes_end_the_sign_in(door: Door) -> None:
    ticket = door.password()
    for _ in range(5):
        door.post(ticket=ticket, code="")
    assert door.post(ticket=ticket, code=code_of("li-jing", door.now))[0] == 400
