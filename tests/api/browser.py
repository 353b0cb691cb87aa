"""A borrower's browser: follows our redirects' cookies, fills our forms, remembers every page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice.test import Client, HTTPResponse

import app

FORM = "application/x-www-form-urlencoded"


@dataclass
class Browser:
    """One borrower at the pages; `jar` is the cookie header, empty before verification."""

    jar: str = ""
    language: str = "zh-CN"
    pages: list[HTTPResponse] = field(default_factory=list)
    _client: Client = field(default_factory=lambda: Client(app.app))

    def get(self, path: str, method: str = "GET", **headers: str) -> HTTPResponse:
        return self.ask(method, path, b"", headers)

    def post(self, path: str, form: dict[str, Any] | None = None, *, csrf: str | None = None) -> HTTPResponse:
        """Submit a form, with the session's own CSRF token unless another is given."""
        fields = {"csrf": self.csrf() if csrf is None else csrf, **(form or {})}
        return self.ask("POST", path, urlencode(fields, doseq=True).encode(), {"content-type": FORM})

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> HTTPResponse:
        sent = {"accept-language": self.language, **({"cookie": self.jar} if self.jar else {}), **headers}
        page = self._client.http.request(method, path, headers=sent, body=body)
        self.pages.append(page)
        if cookie := page.headers.get("Set-Cookie"):
            self.jar = cookie.split(";")[0]
        return page

    def csrf(self) -> str:
        """Return the token a form of this session carries, as a borrower's or a guest's page shows it."""
        if not self.jar:
            return ""
        for path in ("/my/contact", "/open/complaint"):
            page = self._client.http.get(path, headers={"cookie": self.jar})
            if found := re.search(r'name="csrf" value="([^"]+)"', page.body.decode()):
                return found.group(1)
        return ""

    def answer(
        self, journey: str, *pages: tuple[str, dict[str, Any]], root: str = "/my/form"
    ) -> HTTPResponse:
        """Go a journey page by page (name, form) and return its check."""
        for page, form in pages:
            goes_to(self.post(f"{root}/{journey}/{page}", form))
        return self.get(f"{root}/{journey}/check")

    def enter(self, token: str, factor: str = "123X") -> HTTPResponse:
        """Open the link and give the second factor."""
        self.get(f"/n/{token}")
        return self.post(f"/n/{token}", {"factor": factor})


def text(page: HTTPResponse) -> str:
    return page.body.decode("utf-8")


def hidden(page: HTTPResponse, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text(page))
    assert found, f"no field {name}"
    return found.group(1)


def goes_to(page: HTTPResponse) -> str:
    """Return the path a redirect leads to."""
    assert page.status_code == 303, f"{page.status_code}: {text(page)[-900:]}"
    return urlsplit(page.headers["Location"]).path
