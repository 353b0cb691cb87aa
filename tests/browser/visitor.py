"""A borrower's real browser: scripts off, one tab; what it fetched and complained of is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

PHONE, DESKTOP = (375, 812), (1280, 800)
_MOST_LOOKS = 60
_PATIENCE = 30_000  # milliseconds; the machine may be busy

EVERY_BOX = "*"
"""Wanted of a group of check boxes: all of them."""
CONTROLS = "main form :is(input:not([type=hidden]), textarea)"
_CONTROLS = f"""() => [...document.querySelectorAll("{CONTROLS}")]
  .map(e => [e.name, e.type, e.value, e.inputMode])"""

Watch = Callable[["Visitor", str], None]
"""Called in every state that a visitor comes to, with the state's name."""

SAMPLES = {
    "year": "2026",
    "month": "10",
    "day": "15",
    "contact": "13800138000",
    "tel": "13800138000",
    "email": "borrower@example.com",
    "decimal": "1200",
    "numeric": "1200",
    "textarea": "公司裁员，正在找工作",
    "text": "张伟",
}
"""What is typed into a field: by its name, the part it is of a day, the keyboard it asks for, or its kind."""


@dataclass
class Visitor:
    """Somebody at the pages; `watch` looks at every state that is named with `at`."""

    page: Page
    url: str
    language: str
    watch: Watch
    fetched: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    document: Response | None = None
    walked: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(_PATIENCE)
        self.page.on("request", self._requested)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)

    def _requested(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.walked.add((request.method, urlsplit(request.url).path))
        else:
            self.fetched.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.document = response

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:  # a 400 is an answer, not a fault
            self.complaints.append(message.text)

    @property
    def status(self) -> int:
        """The HTTP status of the page that is open."""
        assert self.document
        return self.document.status

    @property
    def path(self) -> str:
        """The path of the page that is open."""
        return urlsplit(self.page.url).path

    def open(self, address: str) -> None:
        """Open a page by its path, or by the whole address a message gives, in the visitor's language."""
        whole = address if address.startswith("http") else self.url + address
        mark = "&" if "?" in whole else "?"
        self.page.goto(f"{whole}{mark}lang={self.language}")

    def at(self, name: str) -> None:
        """Name the state that the visitor has come to."""
        assert self.status < 500, f"{name}: {self.status}"
        self.page.wait_for_load_state()  # the address changes before the page is there
        self.watch(self, name)

    def until(self, meanwhile: str, there: Callable[[], bool]) -> None:
        """Load the page again until what is waited for is there, and look once at what stands meanwhile."""
        for _ in range(_MOST_LOOKS):
            if there():
                return
            self.at(meanwhile)
            self.page.wait_for_timeout(300)
            self.page.reload()
        raise AssertionError(f"{self.path} stays {meanwhile}")

    def press(self) -> None:
        """Press the main button: the first of the page's main form."""
        self.page.locator("main form button").first.click()

    def fill(self, **wanted: str) -> None:
        """Fill in the form that stands on the page: what is wanted by field name, else something likely."""
        done: set[str] = set()
        for place, (name, kind, value, keyboard) in enumerate(self.page.evaluate(_CONTROLS)):
            if name in done or kind == "file":
                continue
            control = self.page.locator(CONTROLS).nth(place)
            if kind in ("radio", "checkbox"):
                if wanted.get(name) in (None, value, EVERY_BOX):
                    control.check()
                if wanted.get(name) in (None, value):
                    done.add(name)
            elif name in wanted or not value:
                keys = (name, name.rpartition("-")[2], keyboard, kind)
                control.fill(wanted.get(name) or next(SAMPLES[key] for key in keys if key in SAMPLES))


def visitor(
    browser: Browser, url: str, language: str, size: tuple[int, int], watch: Watch
) -> tuple[Visitor, BrowserContext]:
    """Return a new visitor with scripts off, and the context to close after him."""
    width, height = size
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": width, "height": height},
        locale=language,
        timezone_id="Asia/Shanghai",
        is_mobile=False,
    )
    return Visitor(context.new_page(), url, language, watch), context
