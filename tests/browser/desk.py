"""A member of the staff at a browser of his own, and the acts he does there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import requests
from playwright.sync_api import Browser, Locator

from infra.local.staff import PASSWORD
from tests.browser.stage import Stage
from tests.browser.visitor import Visitor, Watch, visitor

_MOST_SECONDS = 60
_MAILED = re.compile(r"\b([0-9]{6})\b")


@dataclass
class Member:
    """Somebody signed in at the desk."""

    who: Visitor
    ident: str

    def sign_in(self) -> None:
        """Sign in at the user pool's page; a session that is over leads there by itself."""
        self.who.open("/staff")
        page = self.who.page
        if page.locator("#username").count():
            page.fill("#username", self.ident)
            page.fill("#password", PASSWORD)
            page.locator("button[type=submit]").click()
            page.fill("#code", self._second_factor())
            page.locator("button[type=submit]").click()
            page.wait_for_url(re.compile(r"/staff(\?|$)"))

    def _second_factor(self) -> str:
        """Return the code that the start page shows beside the name; no code is good twice."""
        for _ in range(_MOST_SECONDS):
            if code := requests.get(f"{self.who.url}/_local/staff.json", timeout=30).json()[self.ident]:
                return str(code)
            time.sleep(1)
        raise AssertionError(f"no code for {self.ident}")

    def look(self, path: str, name: str) -> None:
        """Look at a page of the desk."""
        self.who.open(path)
        self.who.at(name)

    def act(self, on: str, about: str, act: str, **wanted: str) -> None:
        """Open an act's form, fill in what is wanted, and send it."""
        self.who.open(f"/staff/do/{about}/{on}/{act}")
        assert self.who.status == 200, self.who.page.locator("main").inner_text()
        self.who.at(f"act-{act}")
        for name, value in wanted.items():
            self._type(name.replace("__", "-"), value)
        self.who.press()
        told = self.who.page.locator("main").inner_text()
        assert (self.who.status, "done=" in self.who.page.url) == (200, True), f"{act}: {told[:600]}"

    def press_approve(self, about: str) -> None:
        """Approve what was proposed on something."""
        proposal = self.who.page.locator("section", has_text=about)
        proposal.locator('button[value="approve"]').click()
        self.who.at("approved")

    def _type(self, name: str, value: str) -> None:
        controls = self.who.page.locator(f'main form [name="{name}"]')
        if controls.count() and controls.first.get_attribute("type") in ("radio", "checkbox"):
            chosen = controls.first if value == "first" else self._choice(name, value)
            chosen.check()
        elif controls.count():
            controls.first.fill(value)
        else:  # a day in its three boxes
            day = date.fromisoformat(value)
            for part in ("year", "month", "day"):
                self.who.page.fill(f'main form [name="{name}-{part}"]', str(getattr(day, part)))

    def _choice(self, name: str, value: str) -> Locator:
        return self.who.page.locator(f'main form [name="{name}"][value="{value}"]')

    def code(self, stage: Stage, address: str) -> str:
        """Return the code that was mailed last to an address."""

        def mailed() -> str:
            sent = [each for each in stage.stack.get("/_local/outbox.json") if each["to"] == address]
            found = _MAILED.findall(sent[-1]["text"]) if sent else []
            return found[-1] if found else ""

        return str(stage.stack.wait_for(mailed))


@contextmanager
def at_the_desk(
    browser: Browser, stage: Stage, ident: str, language: str, size: tuple[int, int], watch: Watch
) -> Iterator[Member]:
    """Seat somebody at a browser of his own, signed in."""
    who, context = visitor(browser, stage.stack.url, language, size, watch)
    try:
        member = Member(who, ident)
        member.sign_in()
        yield member
    finally:
        context.close()


def stands(stage: Stage, loan: str, status: str) -> Callable[[], bool]:
    """Return whether a loan's case stands at a status by now."""
    return lambda: (stage.stack.case(loan) or {}).get("status") == status


def last(stage: Stage, loan: str, kind: str) -> dict[str, object]:
    """Return what the newest fact of a kind says."""
    case = stage.stack.case(loan) or {}
    found = [fact for fact in case["timeline"] if fact["kind"] == kind]
    return dict(found[-1]["detail"])
