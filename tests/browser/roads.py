"""Every road through the pages, walked by whoever wants to look: the tests, and the maker of screenshots."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from chalicelib.domain.errors import InvalidAnswer
from chalicelib.forms.fields import Given
from tests.browser.visitor import Visitor
from tests.forms.test_journey import EVERY

MOST_PAGES = 25
_ONE = re.compile(r"/([A-Z]-[A-Z2-7]{4}-[A-Z2-7]{4}|[0-9a-f]{24})$")
FACTOR = "123X"
BEGINNINGS = ("/my", "/my/info", "/my/notice", "/open", "/open/complaint")
PAGES_AND_FILES = ("text/html", "application/pdf", "text/calendar", "image/")
ORDER = (
    *("feedback", "ask", "apply", "statement", "complain"),
    *("dispute", "reschedule", "withdraw", "survey", "withdraw_complaint"),
)
"""The journeys of one borrower, one after the other."""
WANTED: Mapping[str, Mapping[str, str]] = {
    "feedback": {
        "wish": "YES",
        "monthly_from-year": f"{datetime.now(UTC).year + 1}",
        "monthly_from-month": "1",
    },
    "apply": {"represented": "YES", "objects": "YES"},
    "dispute": {"kind": "AMOUNT_WRONG"},
}
"""What leads past every page of a journey."""
_FILLED = """() => [...document.querySelectorAll("main form :is(input:not([type=hidden]), textarea)")]
  .some(e => ["radio", "checkbox"].includes(e.type) ? e.checked : e.value)"""


def door(who: Visitor, link: str) -> None:
    """From the link in a message to the legal information, with a wrong and an empty factor on the way."""
    who.open(link)
    who.at("landing")
    who.press()
    who.at("landing-empty")
    who.fill(factor="0000")
    who.press()
    who.at("landing-wrong")
    who.fill(factor=FACTOR)
    who.press()
    assert who.path == "/my/info", who.path
    who.at("info")


def enter(who: Visitor, link: str, factor: str = FACTOR) -> None:
    """Go in without looking around."""
    who.open(link)
    who.fill(factor=factor)
    who.press()
    assert who.path in ("/my", "/my/info"), who.path


def journey(
    who: Visitor,
    name: str,
    wanted: Mapping[str, str] | None = None,
    root: str = "/my/form",
    state: str = "",
) -> None:
    """Go a journey from its start to its confirmation; each page first empty, to see its faults.

    `state` begins the names of its states, `name` unless another is given.
    """
    state = state or name
    who.open(f"{root}/{name}")
    if who.path == f"{root}/{name}" and not who.page.locator("main form").count():
        who.at(f"{state}-start")
        who.page.locator("main a.button").first.click()
    for _ in range(MOST_PAGES):
        step = who.path.rpartition("/")[2]
        if step == "check":
            break
        _question(who, f"{state}-{step}", _must_be_answered(name, step), wanted or {})
    who.at(f"{state}-check")
    who.press()
    assert who.path == f"{root}/{name}/done", f"{name}: {who.path} {who.status}"
    who.at(f"{state}-done")
    who.page.go_back()
    who.page.reload()
    assert who.path.endswith("/done"), "a sent journey is not sent again"


def _question(who: Visitor, state: str, required: bool, wanted: Mapping[str, str]) -> None:
    """Look at one question, as it comes and with its faults, and answer it."""
    here = who.path
    who.at(state)
    if required and not who.page.evaluate(_FILLED):
        who.press()
        assert who.status == 400, f"{here} takes nothing for an answer"
        who.at(f"{state}-error")
    who.fill(**wanted)
    who.press()
    assert who.path != here, f"{here} does not go on: {who.page.locator('main').inner_text()[:400]}"


def _must_be_answered(name: str, step: str) -> bool:
    (page, *_) = [page for each in EVERY if each.name == name for page in each.pages if page.name == step]
    try:
        page.read({}, Given(date(2026, 11, 23)))
    except InvalidAnswer:
        return True
    return False


def linked(who: Visitor) -> list[str]:
    """Return the paths of our own pages that the page links to, in its order."""
    found = [urlsplit(link.get_attribute("href") or "").path for link in who.page.locator("a[href]").all()]
    return [path for path in dict.fromkeys(found) if path.startswith(("/my", "/open"))]


def wander(who: Visitor, *starts: str, but: Collection[str] = (), most: int = 80) -> set[str]:
    """Follow every link from `starts`, each path once, and look at every page; return where this led.

    Questions are left alone, and so are the paths in `but`.
    """
    waiting, been = list(starts), {*starts, *but}
    while waiting and len(been) <= most:
        path = waiting.pop(0)
        kind = who.page.context.request.get(who.url + path).headers.get("content-type", "")
        assert kind.startswith(PAGES_AND_FILES), f"{path} is {kind}"
        if not kind.startswith("text/html"):
            continue
        who.open(path)
        who.at(_ONE.sub("/one", path).strip("/").replace("/", "-"))
        new = [each for each in linked(who) if each not in been and "/form/" not in each]
        been.update(new)
        waiting += new
    return been


def everything(who: Visitor, link: str) -> None:
    """Go every road one after the other: the door, what lies open, every journey, and where it all shows."""
    door(who, link)
    public = {path for path in wander(who, *BEGINNINGS) if path.startswith("/open")}
    for name in ORDER:
        journey(who, name, WANTED.get(name))
    wander(who, "/my", but=public)
    who.open("/my/form/nothing")
    who.at("not-found")
    who.page.context.clear_cookies()
    who.open("/my/info")
    who.at("no-session")
