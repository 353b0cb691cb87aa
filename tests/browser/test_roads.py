"""Every road in a real browser: no scripts, a phone and a desk, both languages, nothing that WCAG forbids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.api.routes import PAGES
from tests.browser import byways, roads
from tests.browser.audit import Audit, unseen_focus
from tests.browser.stage import Stage
from tests.browser.visitor import PHONE, Visitor, Watch, visitor

everywhere = pytest.mark.parametrize("language", ["zh-CN", "en"])
"""The audit looks at each page as wide as a phone and as a desk."""


@contextmanager
def _somebody(
    browser: Browser, stage: Stage, language: str, size: tuple[int, int], watch: Watch
) -> Iterator[Visitor]:
    who, context = visitor(browser, stage.stack.url, language, size, watch)
    try:
        who.walked = stage.walked
        yield who
    finally:
        context.close()


@everywhere
def test_every_road_is_open_to_everybody(browser: Browser, stage: Stage, audit: Audit, language: str) -> None:
    with _somebody(browser, stage, language, PHONE, audit) as who:
        roads.everything(who, stage.link())
    assert audit.faults == []
    assert len(audit.looked) > 40


@everywhere
def test_every_byway_is_open_to_everybody(
    browser: Browser, stage: Stage, audit: Audit, language: str
) -> None:
    with _somebody(browser, stage, language, PHONE, audit) as who:
        for byway in byways.EVERY:
            who.page.context.clear_cookies()
            byway(who, stage)
    assert audit.faults == []
    assert len(audit.looked) > 55


def test_the_keyboard_shows_where_it_is(browser: Browser, stage: Stage) -> None:
    unseen: list[str] = []

    def watch(who: Visitor, name: str) -> None:
        unseen.extend(f"{name}: {each}" for each in unseen_focus(who.page))

    with _somebody(browser, stage, "en", PHONE, watch) as who:
        roads.door(who, stage.link())
        roads.journey(who, "feedback", roads.WANTED.get("feedback"))
    assert unseen == []


_GLYPHS = """(text) => {
  const canvas = document.createElement("canvas"), ink = canvas.getContext("2d", {willReadFrequently: true});
  canvas.width = canvas.height = 40;
  ink.font = "32px " + getComputedStyle(document.body).fontFamily; ink.textBaseline = "top";
  return [...text].map(one => { ink.clearRect(0, 0, 40, 40); ink.fillText(one, 2, 2);
    return ink.getImageData(0, 0, 40, 40).data.join(""); }).map(drawn => drawn.replace(/0+$/, "")); }"""


def test_every_chinese_character_is_drawn_as_itself(browser: Browser, stage: Stage) -> None:
    """A missing character is drawn as the same box as any other that is missing."""
    read: set[str] = set()
    drawn: list[str] = []

    def watch(who: Visitor, name: str) -> None:
        read.update(each for each in who.page.locator("body").inner_text() if "一" <= each <= "鿿")

    with _somebody(browser, stage, "zh-CN", PHONE, watch) as who:
        roads.door(who, stage.link())
        roads.wander(who, *roads.BEGINNINGS)
        characters = "".join(sorted(read))
        drawn = who.page.evaluate(_GLYPHS, characters + "\U000f0000")
    box = drawn.pop()
    assert len(characters) > 250
    assert [each for each, ink in zip(characters, drawn, strict=True) if ink in ("", box)] == []
    assert len(set(drawn)) == len(drawn), "two characters look alike"


FILES = {
    "/my/notice.pdf",
    "/my/evidence/{evidence_id}",
    "/my/letters/{notice}",
    "/my/meeting.ics",
    "/my/agreement/file",
    "/my/agreement/certificate",
    "/open/talks/{talk}/talk.ics",
}
"""They are handed out to be saved and show no page."""
MAIL_PROGRAMS = {"POST /n/{token}/stop"}
"""No page of ours sends it."""

AT_A_SIGNATURE = {
    *("GET /my/agreement/text", "GET /my/agreement/sign", "POST /my/agreement/sign"),
    *("POST /my/agreement/sign/send", "POST /my/agreement/court"),
}
"""Nobody on the local stage has come that far yet; tests/api/test_my_agreement.py goes these over HTTP."""


def test_every_page_and_form_of_the_route_table_was_walked(stage: Stage) -> None:
    """A new page belongs on a road; this test is the last, after all of them."""
    if not stage.walked:
        pytest.skip("no road was walked before this test")
    due = [
        route
        for route in PAGES
        if route.method != "HEAD"
        and route.path not in FILES
        and str(route) not in MAIL_PROGRAMS | AT_A_SIGNATURE
    ]
    assert [
        str(route)
        for route in due
        if not any(method == route.method and route.leads(path) for method, path in stage.walked)
    ] == []
