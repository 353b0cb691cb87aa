"""Every page as it comes: small, labelled, escaped, closed, and the same in both languages."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chalice.test import HTTPResponse

from chalicelib.api.pages import content_security_policy, render
from chalicelib.domain.codes import Stage
from chalicelib.store import lenders
from tests.api.browser import Browser, goes_to, text
from tests.api.crawl import crawl
from tests.api.inside import APPLY, DISPUTE
from tests.forms.test_journey import EVERY
from tests.road import DEMO_BANK
from tests.scene import Scene
from tests.table import wipe

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

LANGUAGES = ("zh-CN", "en")
TEMPLATES = Path(__file__).parents[2] / "chalicelib" / "texts" / "pages"
HOSTILE = "王{{7*7}}{% raw %}<b>\"&'"


class Seen(HTMLParser):
    """The elements of a page with their attributes, its text, and a check that every tag closes."""

    VOID = ("meta", "br", "input")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.said = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> names an attribute twice"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said += data

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.elements if tag in tags]

    @property
    def shape(self) -> list[tuple[str, str]]:
        """What both languages share: the elements and what they name, without the dates' own order."""
        kept = [(tag, attrs.get("name", "")) for tag, attrs in self.elements]
        return [(tag, name) for tag, name in kept if not name.endswith(("-year", "-month", "-day"))]


def _visit(scene: Scene, language: str) -> dict[str, str]:
    """Return every page of a borrower who has given feedback, by path and what was done there."""
    scene.accept(data=_hostile(scene))
    scene.run(Stage.NOTIFY, "token-1")
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    browser, pages = Browser(language=language), dict[str, HTTPResponse]()
    token = found.group(1)
    pages["landing"] = browser.get(f"/n/{token}")
    pages["landing, empty"] = browser.post(f"/n/{token}", {"factor": ""})
    pages["landing, wrong"] = browser.post(f"/n/{token}", {"factor": "0000"})
    pages["landing, gone"] = Browser(language=language).post(f"/n/{'x' * 22}", {"factor": "0000"})
    pages["no session"] = Browser(language=language).get("/my/info")
    goes_to(browser.enter(token))
    for journey in EVERY:
        for page in journey.pages:
            path = f"/my/form/{journey.name}/{page.name}"
            pages[path] = browser.get(path)
            pages[f"{path}, faulty"] = browser.post(path, {"text": "x" * 2100})
    browser.answer("apply", *APPLY[:-1], ("notes", {"notes": HOSTILE}))
    pages["check"] = browser.get("/my/form/apply/check")
    browser.answer("dispute", *DISPUTE[:-1], ("words", {"text": HOSTILE}))
    browser.post("/my/form/dispute/check")
    pages["done"] = browser.get("/my/form/dispute/done")
    pages |= crawl(browser)
    html = {
        name: page
        for name, page in pages.items()
        if page.headers.get("Content-Type", "").startswith("text/html")
    }
    kept = {name: text(page) for name, page in html.items() if page.status_code != 303}
    return {re.sub(r"-[A-Z2-7]{4}-[A-Z2-7]{4}$", "-reference", name): page for name, page in kept.items()}


def _hostile(scene: Scene) -> dict[str, object]:
    """Return the example's data with a name that is a template and an element."""
    data: dict[str, object] = json.loads(scene.road.event())["data"]
    borrower = data["borrower"]
    assert isinstance(borrower, dict)
    return data | {"borrower": borrower | {"name": HOSTILE}}


@pytest.fixture(params=LANGUAGES)
def visited(scene: Scene, request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """Every page in one language."""
    return request.param, _visit(scene, request.param)


def _is_sound(html: str, language: str) -> None:
    seen = Seen(html)
    assert html.startswith("<!doctype html>")
    assert len(html.encode()) <= 14 * 1024
    assert seen.all("html") == [{"lang": language}]
    assert len(seen.all("h1")) == 1
    ids = [attrs["id"] for _, attrs in seen.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in seen.elements:
        assert not [name for name in attrs if name.startswith("on") or name in ("style", "src")], attrs
        for reference in ("for", "aria-describedby", "aria-labelledby"):
            assert set(attrs.get(reference, "").split()) <= set(ids), attrs
        if attrs.get("href", "").startswith("#"):
            assert attrs["href"][1:] in ids, attrs
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in seen.elements}
    for form in seen.all("form"):
        assert form["method"] == "post"
        assert re.search(rf"[?&]lang={language}(&|$)|^https:", form["action"]), form


def test_every_page_is_sound(visited: tuple[str, dict[str, str]]) -> None:
    language, pages = visited
    assert len(pages) > 40
    for name, html in pages.items():
        try:
            _is_sound(html, language)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


def test_errors_stand_in_summary_title_and_beside_the_field(visited: tuple[str, dict[str, str]]) -> None:
    language, pages = visited
    prefix = {"zh-CN": "错误：", "en": "Error: "}[language]
    told = 0
    for name, html in pages.items():
        linked = re.findall(r'<li><a href="#([\w-]+)">(.+?)</a></li>', html)
        assert (f"<title>{prefix}" in html) == bool(linked), name
        for field, message in linked:
            told += 1
            assert f'<p class="err" id="{field}-error">{message}</p>' in html, name
            assert re.search(rf'aria-describedby="[^"]*\b{field}-error"', html), name
    assert told > 10


def test_values_are_escaped_and_never_templates(visited: tuple[str, dict[str, str]]) -> None:
    _, pages = visited
    escaped = "王{{7*7}}{% raw %}&lt;b&gt;&#34;&amp;&#39;"
    assert escaped in pages["check"]
    for name, html in pages.items():
        assert HOSTILE not in html, name
        assert "王49" not in html, name


def test_both_languages_have_the_same_shape(scene: Scene) -> None:
    chinese = _visit(scene, "zh-CN")
    english = _again(scene)
    assert chinese.keys() == english.keys()
    for name, html in chinese.items():
        assert Seen(html).shape == Seen(english[name]).shape, name


def _again(scene: Scene) -> dict[str, str]:
    """Visit once more from the beginning: the table is emptied as before a test."""
    wipe(scene.wiring.settings.table)
    scene.sms.sent.clear()
    scene.restart()
    lenders.put(DEMO_BANK)
    return _visit(scene, "en")


def test_policy_allows_our_style_sheet_and_nothing_else() -> None:
    html = render("closed", "en", {"reason": "closed"})
    css = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in content_security_policy()
    assert content_security_policy().startswith("default-src 'none';")
    assert "url(" not in css


def test_an_unknown_page_or_language_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        render("nothing", "en", {})
    with pytest.raises(ValueError, match="fr"):
        render("closed", "fr", {"reason": "closed"})


def test_no_link_made_to_be_tapped_stands_within_a_line_of_text() -> None:
    """Such a link is 44 px high: it would push the lines of its paragraph apart."""
    for page in TEMPLATES.glob("*.html"):
        for paragraph in re.findall(r"<p[ >].*?</p>", page.read_text(encoding="utf-8")):
            assert not re.search(r'(\}\}|[^>\s}])\s*<a class="tap"', paragraph), f"{page.name}: {paragraph}"
