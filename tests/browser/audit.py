"""What must hold of every page in every state, as a browser sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser.visitor import DESKTOP, PHONE, Visitor

MOST_BYTES = 14 * 1024
MOST_BYTES_OF_DESK = 24 * 1024
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = """(only) => axe.run(document, {runOnly: only, resultTypes: ["violations"]}).then(found =>
  found.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160) + " " + n.failureSummary)]))"""
_SMALL = """() => [...document.querySelectorAll(
    "main button, main .button, main input[type=text], main textarea, main .pick, main .tap, .switch")]
  .filter(e => e.offsetParent !== null && (e.offsetHeight < 44 || e.offsetWidth < 44))
  .map(e => e.outerHTML.slice(0, 120) + " " + e.offsetWidth + "x" + e.offsetHeight)"""
_WIDE = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
_OUT = """() => [...document.querySelectorAll("main *")].filter(e =>
    e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 120))"""
_FOCUS = """() => { const e = document.activeElement ?? document.body, s = getComputedStyle(e);
  return [e.tagName, e.outerHTML.slice(0, 100),
    s.outlineStyle != "none" && parseFloat(s.outlineWidth) >= 2]; }"""


@dataclass
class Audit:
    """Looks at each state once, keeps every fault it finds, and raises nothing on the way."""

    browser: Browser
    faults: list[str] = field(default_factory=list)
    looked: dict[str, str] = field(default_factory=dict)
    _scripted: dict[str, Page] = field(default_factory=dict)

    def __call__(self, visitor: Visitor, name: str) -> None:
        """Look at the state a visitor is in; a phone's also as wide as a desk."""
        self._note(visitor, name, self._transfer(visitor))
        self._note(visitor, name, self._seen(visitor))
        if _is_phone(visitor.page):  # the same page on a desk
            _resize(visitor.page, DESKTOP)
            self._note(visitor, name, self._seen(visitor))
            _resize(visitor.page, PHONE)
        self.looked[name] = visitor.path

    def _note(self, visitor: Visitor, name: str, faults: list[str]) -> None:
        here = f"{name} [{visitor.language} {visitor.page.viewport_size}]"
        self.faults += [f"{here}: {fault}" for fault in faults]

    def _seen(self, visitor: Visitor) -> list[str]:
        return [*self._layout(visitor), *self._axe(visitor)]

    def _transfer(self, visitor: Visitor) -> list[str]:
        assert visitor.document
        faults = list(visitor.complaints)
        visitor.complaints.clear()
        most = MOST_BYTES_OF_DESK if visitor.path.startswith("/staff") else MOST_BYTES
        if (size := len(visitor.document.body())) > most:
            faults.append(f"{size} bytes")
        home = urlsplit(visitor.url).netloc
        return faults + [f"fetches {url}" for url in visitor.fetched if urlsplit(url).netloc != home]

    def _layout(self, visitor: Visitor) -> list[str]:
        page = visitor.page
        faults = [f"small target {found}" for found in page.evaluate(_SMALL)]
        if page.evaluate(_WIDE) > 0:
            faults.append(f"scrolls sideways: {page.evaluate(_OUT)}")
        if _is_phone(page):
            _resize(page, (320, 256))  # 1280 x 1024 at 400 % zoom (WCAG 1.4.10)
            if page.evaluate(_WIDE) > 0:
                faults.append(f"scrolls sideways at 320: {page.evaluate(_OUT)}")
            _resize(page, PHONE)
        return faults

    def _axe(self, visitor: Visitor) -> list[str]:
        """Run axe over the same HTML in a page that has scripts and no network: in the light, in the dark."""
        size = visitor.page.viewport_size
        page = self._page_of(f"{size}", size)
        page.set_content(visitor.page.content(), wait_until="domcontentloaded")
        if not page.evaluate("() => Boolean(window.axe)"):  # it outlives a page that is written anew
            page.evaluate(AXE_SCRIPT)
        if not size or size["width"] != PHONE[0]:  # on a desk the page is the same but for its measures
            return [f"axe {found}" for found in page.evaluate(_AXE, ["target-size"])]
        faults = [f"axe {found}" for found in page.evaluate(_AXE, _RULES)]
        page.emulate_media(color_scheme="dark")
        faults += [f"axe in the dark {found}" for found in page.evaluate(_AXE, ["color-contrast"])]
        page.emulate_media(color_scheme="light")
        return faults

    def _page_of(self, key: str, size: Any) -> Page:
        if key not in self._scripted:
            context = self.browser.new_context(viewport=size, offline=True)
            self._scripted[key] = context.new_page()
        return self._scripted[key]


def _is_phone(page: Page) -> bool:
    return page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}


def _resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def unseen_focus(page: Page) -> list[str]:
    """Return what takes the keyboard's focus without showing it, going through the whole page."""
    unseen, first = [], ""
    for _ in range(80):
        page.keyboard.press("Tab")
        tag, html, seen = page.evaluate(_FOCUS)
        if tag == "BODY" or html == first:
            break
        first = first or html
        if not seen:
            unseen.append(html)
    return unseen
