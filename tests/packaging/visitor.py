"""Somebody with a browser: a guest at first, a borrower once past the door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib import links
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.keys import CaseId
from chalicelib.store import batch
from chalicelib.store import links as link_rows
from tests.packaging.driver import FORM, Driver
from tests.walk import Answers, walk

Form = Mapping[str, object]


class Visitor:
    """One browser; what it is shown must be a page, where a form leads must be a page of ours."""

    def __init__(self, driver: Driver) -> None:
        self.driver, self.root = driver, "/open"
        self._cookie: dict[str, str] = {}
        self._csrf = ""

    def get(self, path: str, status: int = 200) -> str:
        """Return a page."""
        return self.fetch(path, status).decode()

    def fetch(self, path: str, status: int = 200) -> bytes:
        """Return a page or a file as it comes."""
        answer = self._ask("GET", path)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return bytes(answer.body)

    def send(self, path: str, form: Form, status: int = 303) -> Any:
        """Submit a form; what it answers must have `status`."""
        answer = self._ask("POST", path, body=urlencode({**form, "csrf": self._csrf}, doseq=True).encode())
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return answer

    def post(self, path: str, form: Form) -> str:
        """Submit a form; returns where it leads."""
        return str(urlsplit(self.send(path, form).headers["Location"]).path)

    def link(self, case: str, channel: ChannelName | None = None) -> str:
        """Return the path of a link to the case that went out over `channel`."""
        wiring = self.driver.road.wiring
        digest = links.digest("t" * 22, wiring.pepper())
        expires = wiring.clock() + timedelta(days=1)
        batch.write([link_rows.row_of(link_rows.Link(digest, CaseId.parse(case), expires, channel))])
        return "/n/" + "t" * 22

    def enter(self, case: str) -> None:
        """Show the case to be his: a wrong factor, the right one."""
        path = self.link(case)
        self.send(path, {"factor": "0000"}, 400)
        self.come_in(path, {"factor": "123X"})

    def come_in(self, path: str, form: Form) -> None:
        """Submit the form that opens the case."""
        self.post(path, form)
        self.root = "/my"
        self.read_token("/my/contact")

    def read_token(self, path: str) -> None:
        """Take the token that the session's forms carry from a page with one."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path))
        assert found, path
        self._csrf = found[1]

    def journey(self, name: str, answers: Answers) -> str:
        """Go a journey's pages, send it and return its confirmation."""
        check = walk(self.post, name, answers, root=f"{self.root}/form")
        self.get(check)
        return self.get(self.post(check, {}))

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {**self._cookie, **(FORM if method == "POST" else {}), "accept": "text/html,*/*;q=0.8"}
        answer = self.driver.http(method, path, headers=headers, **more)
        if cookie := answer.headers.get("Set-Cookie"):
            self._cookie = {"cookie": str(cookie).split(";")[0]}
        return answer
