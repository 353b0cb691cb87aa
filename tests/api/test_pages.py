"""The borrower's pages: small, labelled, escaped, complete in both languages, and losing no answer."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any

import pytest

from chalicelib.api.pages import FIELDS, content_security_policy, render
from chalicelib.domain.codes import DelayReason, Mode, Wish
from chalicelib.notices.variables import SentBefore
from chalicelib.texts import load_words
from tests import samples

LANGUAGES = ("zh-CN", "en")
TOKEN = "Kq3vT9xZb1LmN4pR7sUwYc"
VARIABLES = replace(
    samples.VARIABLES,
    recipient_name="王{{7*7}}<b>",
    sent_before=(SentBefore("first_notice", "SMS", date(2026, 11, 23)),),
)
VALUES = {"reason": "UNEMPLOYMENT", "text": '公司裁员\n<希望> & "分期"', "wish": "YES", "mode": "TELEPHONE"}
LANDING: dict[str, Any] = {"token": TOKEN, "state": "open", "error": "", "tries_left": 5, "stop": ""}
FEEDBACK: dict[str, Any] = {
    "values": {}, "errors": {}, "modes_offered": tuple(Mode), "text_limit": 1000, "answers_id": "a1"
}  # fmt: skip
CHINA = timezone(timedelta(hours=8))

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "landing": ("landing", LANDING),
    "landing, wrong": ("landing", LANDING | {"error": "wrong", "tries_left": 3}),
    "landing, empty": ("landing", LANDING | {"error": "empty"}),
    "landing, locked": ("landing", LANDING | {"state": "locked"}),
    "landing, gone": ("landing", LANDING | {"state": "gone"}),
    "info": ("info", {"variables": VARIABLES}),
    "notice": ("notice", {"variables": VARIABLES, "answered_on": None}),
    "notice, answered": ("notice", {"variables": VARIABLES, "answered_on": date(2026, 11, 24)}),
    "feedback": ("feedback", FEEDBACK),
    "feedback, wrong": (
        "feedback",
        FEEDBACK
        | {
            "values": VALUES | {"reason": "", "mode": ""},
            "errors": {"reason": "required", "text": "too_long", "wish": "invalid", "mode": "required"},
        },
    ),
    "check": ("check", {"values": VALUES, "answers_id": "a1"}),
    "done": (
        "done",
        {"reference": "AC-ABCD-EFGH-1", "wish": "YES", "received": datetime(2026, 11, 24, 1, 5, tzinfo=UTC)},
    ),
    "preferences": ("preferences", {"stopped": (), "error": ""}),
    "preferences, wrong": ("preferences", {"stopped": ("SMS",), "error": "required"}),
    "preferences, all": ("preferences", {"stopped": ("SMS", "EMAIL"), "error": ""}),
    "preferences_done": ("preferences_done", {"channel": "EMAIL"}),
    "closed, settled": ("closed", {"reason": "settled"}),
    "closed": ("closed", {"reason": "closed"}),
    "closed, answered": ("closed", {"reason": "answered"}),
    "403": ("error", {"status": 403}),
    "404": ("error", {"status": 404}),
    "500": ("error", {"status": 500}),
}  # fmt: skip
EVERY = [(case, language) for case in PAGES for language in LANGUAGES]


def page(case: str, language: str = "en", **more: object) -> str:
    name, context = PAGES[case]
    return render(name, language, csrf="c-s-r-f", **(context | more))


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

    def fields(self) -> dict[str, str]:
        return {a["name"]: a.get("value", "") for a in self.all("input") if a.get("type") == "hidden"}


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_page_is_sound(case: str, language: str) -> None:
    html = page(case, language)
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
            assert set(attrs.get(reference, "").split()) <= set(ids)
        if attrs.get("href", "").startswith("#"):
            assert attrs["href"][1:] in ids
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in seen.elements}


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_every_form_posts_with_csrf_and_language(case: str, language: str) -> None:
    seen = Seen(page(case, language, base="/api"))
    forms = seen.all("form")
    for form in forms:
        assert form["method"] == "post"
        assert form["action"].startswith("/api/")
        assert form["action"].endswith(f"?lang={language}")
    hidden = [a for a in seen.all("input") if a.get("name") == "csrf"]
    assert [a["value"] for a in hidden] == ["c-s-r-f"] * len(forms)
    for anchor in seen.all("a"):
        assert re.match(r"(#|/api/[a-z/]+\?lang=)", anchor["href"]), anchor


def test_without_csrf_there_is_no_empty_field() -> None:
    assert "csrf" not in render("landing", "en", **LANDING)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", [case for case in PAGES if "wrong" in case or "empty" in case])
def test_errors_stand_in_summary_title_and_beside_the_field(case: str, language: str) -> None:
    html = page(case, language)
    prefix = {"zh-CN": "错误：", "en": "Error: "}[language]
    assert f"<title>{prefix}" in html
    linked = re.findall(r'<li><a href="#(\w+)">(.+?)</a></li>', html)
    assert linked
    for field, message in linked:
        assert f'<p class="err" id="{field}-error">{message}</p>' in html
        assert f'aria-describedby="{field}-error"' in html or f" {field}-error" in html
    first = Seen(html).all("div", "main")
    assert next(a for a in first if a.get("role") == "alert")["tabindex"] == "-1"


def test_pages_without_errors_say_none() -> None:
    for case in ("landing", "feedback", "preferences"):
        assert "Error" not in page(case)


def test_wrong_factor_says_how_many_tries_are_left() -> None:
    assert "Tries left: 3" in page("landing, wrong")
    assert "还可以再试 3 次" in page("landing, wrong", "zh-CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_landing_shows_nothing_personal_and_no_form_when_it_is_no_use(language: str) -> None:
    for case in ("landing", "landing, locked", "landing, gone"):
        html = page(case, language)
        assert ("<form" in html) == (case == "landing")
        for personal in ("示范", "王", "6688", "12,345"):
            assert personal not in html
    assert TOKEN not in page("landing, gone", language), "unknown, expired and revoked links must look alike"
    assert TOKEN not in page("landing, locked", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_info_puts_law_first_and_names_every_route(language: str) -> None:
    said = Seen(page("info", language)).said
    for fact in (
        "12378",
        "工作日9:00—17:00",
        "金融大街甲15号",
        "12348",
        "400-000-0000",
        "国家金融监督管理总局",
    ):
        assert fact in said
    phrases = {
        "zh-CN": ("自愿", "免费", "不会使您受到任何不利对待", "人民法院", "换另一家运营商", "不构成"),
        "en": (
            "voluntary",
            "free of charge",
            "no disadvantage",
            "court",
            "another carrier",
            "not legal advice",
        ),
    }
    for phrase in phrases[language]:
        assert phrase in said
    assert "12,345" not in said, "legal information comes before the notice"


@pytest.mark.parametrize("language", LANGUAGES)
def test_notice_shows_amounts_dates_and_where_the_case_stands(language: str) -> None:
    said = Seen(page("notice", language)).said
    shown = {
        "zh-CN": ("人民币12,345.67元", "人民币12,000.00元", "人民币45.67元", "截至2026年11月20日",
                  "33天", "还有4天", "2026年11月23日，通过短信发送首次通知",
                  "目前：等待您在2026年11月30日前答复"),
        "en": ("CNY 12,345.67", "CNY 12,000.00", "CNY 45.67", "as of 20 November 2026",
               "33 days", "4 days left", "23 November 2026: first notice by text message",
               "waiting for your reply by 30 November 2026"),
    }  # fmt: skip
    for fact in shown[language]:
        assert fact in said
    assert "/my/feedback" in page("notice", language)


def test_answered_notice_asks_no_more() -> None:
    html = page("notice, answered")
    assert "You replied on 24 November 2026." in html
    assert "/my/feedback" not in html
    assert "days left" not in html


def test_values_are_escaped_and_never_templates() -> None:
    html = page("notice")
    assert "王{{7*7}}&lt;b&gt;" in html
    assert "<b>," not in html
    assert "&lt;希望&gt; &amp; &#34;分期&#34;" in page("check")
    assert "&lt;希望&gt;" in page("feedback, wrong")


@pytest.mark.parametrize("language", LANGUAGES)
def test_form_offers_every_code_once(language: str) -> None:
    seen = Seen(page("feedback", language))
    offered = {
        name: [a["value"] for a in seen.all("input") if a.get("name") == name]
        for name in ("reason", "wish", "mode")
    }
    assert sorted(offered["reason"]) == sorted(DelayReason)
    assert offered["wish"] == [Wish.YES, Wish.NO, Wish.UNSURE]
    assert offered["mode"] == list(Mode)
    assert not [a for a in seen.all("input") if "checked" in a]
    words = load_words(f"pages/words.{language}")
    assert set(words["reasons"]) == set(DelayReason)
    assert (
        Seen(page("feedback", language, modes_offered=("TELEPHONE",))).said.count(words["modes"]["ONSITE"])
        == 0
    )


def test_form_shown_again_keeps_the_answers() -> None:
    seen = Seen(page("feedback", values=VALUES))
    checked = {a["name"]: a["value"] for a in seen.all("input") if "checked" in a}
    assert checked == {"reason": "UNEMPLOYMENT", "wish": "YES", "mode": "TELEPHONE"}
    assert VALUES["text"] in seen.said
    assert seen.fields() == {"csrf": "c-s-r-f", "answers_id": "a1"}


def test_first_line_break_of_the_text_survives() -> None:
    # HTML drops one newline right after <textarea>; the template writes one so that the reader's own stays.
    assert "\n\nline</textarea>" in page("feedback", values={"text": "\nline"})


def test_check_page_loses_nothing() -> None:
    seen = Seen(page("check"))
    assert seen.fields() == {"csrf": "c-s-r-f", "answers_id": "a1", **VALUES}
    changes = [a for a in seen.all("button") if a.get("name") == "change"]
    assert [a["value"] for a in changes] == list(FIELDS)
    assert {a["formaction"].partition("#")[0] for a in changes} == {"/my/feedback?lang=en"}
    assert seen.all("form")[0]["action"] == "/my/feedback/send?lang=en"
    without = Seen(page("check", values={"reason": "FORGOT", "wish": "NO"}))
    assert without.fields() == {"csrf": "c-s-r-f", "answers_id": "a1", "reason": "FORGOT", "wish": "NO"}


def test_enter_sends_and_does_not_switch_the_language() -> None:
    # The first button of a form is the one that Enter presses; on the check page no field takes Enter.
    buttons = Seen(page("feedback")).all("button")
    assert "formaction" not in buttons[0]
    assert buttons[-1] | {"formaction": "/my/feedback?lang=zh-CN", "name": "change"} == buttons[-1]


def test_language_switch_keeps_the_place() -> None:
    assert 'href="/api/my/info?lang=zh-CN"' in page("info", "en", base="/api", switch="/my/info")
    assert 'href="/my/info?lang=en"' in page("info", "zh-CN", switch="/my/info")
    assert "中文" not in page("info", "en").partition("<main")[0]


@pytest.mark.parametrize(
    ("wish", "says"), [("YES", "invite both sides"), ("NO", "no disadvantage"), ("UNSURE", "know more")]
)
def test_done_gives_reference_time_and_next_step(wish: str, says: str) -> None:
    said = Seen(page("done", wish=wish, received=datetime(2026, 11, 24, 9, 5, tzinfo=CHINA))).said
    assert "AC-ABCD-EFGH-1" in said
    assert "24 November 2026, 09:05" in said
    assert says in said
    assert "Received" not in page("done", received=None)


def test_stopped_channels_are_not_offered_again() -> None:
    seen = Seen(page("preferences, wrong"))
    assert [a["value"] for a in seen.all("input") if a.get("name") == "channel"] == ["EMAIL"]
    assert "You have stopped text messages." in seen.said
    assert "<form" not in page("preferences, all")


def test_any_other_status_reads_as_our_fault() -> None:
    assert page("500", status=502) == page("500")
    assert page("500", status=404) == page("404") != page("500")


def test_policy_allows_our_style_sheet_and_nothing_else() -> None:
    css = page("info").partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in content_security_policy()
    assert content_security_policy().startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in content_security_policy()
    assert "url(" not in css
    assert "unsafe" not in content_security_policy()


def test_wrong_use_is_refused() -> None:
    with pytest.raises(TypeError, match="landing"):
        render("landing", "en", token=TOKEN)
    with pytest.raises(TypeError, match="surprise"):
        render("closed", "en", reason="closed", surprise=1)
    with pytest.raises(KeyError):
        render("nothing", "en")
    with pytest.raises(ValueError, match="fr"):
        render("closed", "fr", reason="closed")
