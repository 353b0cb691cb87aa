"""The second factor of the local sign-in: RFC 6238's own vectors, and no way in without a fresh code."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.local.second_factor import STEP, SecondFactor, code_at, seed_of

BACK = "http://localhost:8000/staff/callback?code=c-1&state=s"
NOW = 1_800_000_000


class Pages:
    """The engine's sign-in pages: whoever posts a password is led back with a code of OAuth."""

    def __init__(self) -> None:
        self.now, self.names = float(NOW), Counter[str]()
        self.second = SecondFactor(lambda: self.now, self._name, lambda code: {"c-1": "anna"}[code])

    def _name(self) -> str:
        self.names["held"] += 1
        return f"held-{self.names['held']}"

    async def engine(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        right = b"password=right" in body
        headers = [(b"location", BACK.encode())] if right else [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 302 if right else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if right else b"Incorrect"})

    def post(self, **form: str) -> tuple[int, str, str]:
        """Return the status, where it leads and the body."""
        got: list[Any] = []
        kind = (b"content-type", b"application/x-www-form-urlencoded")
        scope = {"type": "http", "method": "POST", "path": "/login", "query_string": b"", "headers": [kind]}

        async def receive() -> Any:
            return {"type": "http.request", "body": urlencode(form).encode(), "more_body": False}

        async def send(message: Any) -> None:
            got.append(message)

        async def asked() -> None:
            await self.second.guard(self.engine)(scope, receive, send)

        asyncio.run(asked())
        location = dict(got[0]["headers"]).get(b"location", b"").decode()
        return got[0]["status"], location, got[1]["body"].decode()

    def code(self, away: int = 0) -> str:
        """Return the code that an authenticator shows, some steps away from now."""
        return code_at(seed_of("anna"), int(self.now) // STEP + away)


@pytest.fixture
def pages() -> Pages:
    """Pages with a password given right once: `held-1` waits for its code."""
    made = Pages()
    status, location, body = made.post(password="right")
    assert (status, location) == (200, "")
    assert "c-1" not in body, "what leads on is not given to the browser"
    assert 'value="held-1"' in body
    return made


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
     (2000000000, "279037"), (20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_the_rfc(at: int, code: str) -> None:
    assert code_at(b"12345678901234567890", at // STEP) == code


def test_a_wrong_password_comes_to_no_code(pages: Pages) -> None:
    assert pages.post(password="wrong") == (200, "", "Incorrect")


def test_without_the_code_or_with_a_wrong_one_nothing_leads_on(pages: Pages) -> None:
    other = f"{(int(pages.code()) + 1) % 1_000_000:06}"
    for typed in ("", other, pages.code(-2), pages.code(2), "x"):
        status, location, body = pages.post(held="held-1", code=typed)
        assert (status, location) == (200, "")
        assert "not good" in body
    assert pages.post(held="held-1", code=pages.code())[1] == "/staff", "five tries, then the password again"
    assert pages.post(held="nobody's", code=pages.code())[1] == "/staff"


def test_the_right_code_leads_on_and_is_good_once(pages: Pages) -> None:
    assert pages.second.code("anna") == pages.code()
    assert pages.post(held="held-1", code=pages.code()) == (302, BACK, "")
    assert pages.post(held="held-1", code=pages.code())[1] == "/staff"
    pages.post(password="right")
    for spent in (pages.code(), pages.code(-1)):
        assert pages.post(held="held-2", code=spent)[0] == 200, "neither it nor an older one is good again"
    assert pages.second.code("anna") == pages.code(1)
    assert pages.post(held="held-2", code=pages.code(1))[:2] == (302, BACK)
    assert pages.second.code("anna") == "", "both are used up; the next comes with the next half minute"
    pages.now += STEP
    assert pages.second.code("anna") == pages.code(1)


def test_a_sign_in_waits_five_minutes_for_its_code(pages: Pages) -> None:
    pages.now += 300
    assert pages.post(held="held-1", code=pages.code())[1] == "/staff"


def test_each_member_has_codes_of_his_own(pages: Pages) -> None:
    assert pages.second.code("anna") != pages.second.code("boss")
