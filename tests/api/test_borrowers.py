"""What a verified borrower reads: the law first, the whole notice, the same as a letter to keep."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.codes import Outcome, Stage
from chalicelib.store import cases, lenders
from chalicelib.store.lenders import Lender
from tests.api.browser import Browser, goes_to, text
from tests.api.test_door import PERSONAL, link_in
from tests.road import DEMO_BANK
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

BEHIND = ["/my/info", "/my/notice", "/my/notice.pdf", "/my/contact"]
PDF = {"accept": "text/html,application/xhtml+xml,application/pdf,*/*;q=0.8"}


@pytest.fixture
def inside(scene: Scene) -> Browser:
    """A browser past the second factor."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    browser = Browser()
    assert goes_to(browser.enter(link_in(scene.sms.sent[0]))) == "/my/info"
    return browser


@pytest.mark.parametrize("path", BEHIND)
def test_nobody_reads_without_a_session(scene: Scene, inside: Browser, path: str) -> None:
    for browser in (Browser(), Browser(jar="__Host-accord=forged.1.2.mac"), Browser(jar="__Host-accord=")):
        page = browser.get(path, **PDF)
        assert page.status_code == 403
        assert not [personal for personal in PERSONAL if personal in text(page)]


def test_reading_changes_nothing(scene: Scene, inside: Browser) -> None:
    rows = scene.rows()
    for path in BEHIND:
        assert inside.get(path, **PDF).status_code == 200
    assert scene.rows() == rows


def test_the_law_comes_first_with_its_hotline(inside: Browser) -> None:
    page = text(inside.get("/my/info"))
    for said in ("自愿", "12378", "9:00", "运营商", "邮编", "法院", "12348"):
        assert said in page


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_notice_says_everything(inside: Browser, language: str) -> None:
    page = text(inside.get(f"/my/notice?lang={language}"))
    assert "12,345.67" in page
    assert CASE_ID.reference in page
    assert re.search("剩余?|还有|days", page)
    assert "/my/notice.pdf" in page
    assert len(page.encode()) <= 14 * 1024


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_notice_can_be_kept_as_a_letter(inside: Browser, language: str) -> None:
    page = inside.get(f"/my/notice.pdf?lang={language}", **PDF)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "application/pdf"
    assert page.headers["Content-Disposition"] == f'attachment; filename="{CASE_ID.reference}.pdf"'
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.body.startswith(b"%PDF-")
    assert len(page.body) < 400_000


@pytest.mark.parametrize("profile", ["US", "GB", "EU"])
def test_other_countries_read_their_own_law_and_notice(scene: Scene, profile: str) -> None:
    more = dict.fromkeys(
        ("contact_person", "collector_address", "agreement_name", "agreement_provision"), "x"
    )
    told = {f"regulator_{name}": f"the {name}" for name in ("name", "phone", "hours", "post")}
    lenders.put(Lender("demo-bank", profile, {**DEMO_BANK.settings, **more, **told}, live=True))
    scene.restart()
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    assert scene.case.profile == profile
    browser = Browser(language="en")
    browser.enter(link_in((scene.sms.sent or scene.mail.sent)[0]))
    law = text(browser.get("/my/info"))
    for said in ("voluntary", "no disadvantage", "court", "busy"):
        assert said in law
    for path in ("/my/info", "/my/notice", "/my/notice.pdf"):
        assert browser.get(path, **PDF).status_code == 200


@pytest.mark.parametrize("outcome", [Outcome.SETTLED_OUTSIDE, Outcome.NO_RESPONSE])
def test_a_closed_case_shows_no_notice_and_hands_none_out(
    scene: Scene, inside: Browser, outcome: Outcome
) -> None:
    cases.close(CASE_ID, outcome, "over", scene.road.clock.now)
    for path in ("/my/notice", "/my/notice.pdf"):
        page = inside.get(path, **PDF)
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert "12,345.67" not in text(page)
    assert inside.get("/my/info").status_code == 200, "the law stays open to everyone concerned"


@pytest.mark.parametrize("csrf", ["", "wrong", "é"])
def test_a_form_from_elsewhere_is_refused(scene: Scene, inside: Browser, csrf: str) -> None:
    rows = scene.rows()
    assert inside.post("/my/contact", {"channel": "SMS", "act": "stop"}, csrf=csrf).status_code == 403
    assert scene.rows() == rows


def test_the_session_ends_after_half_an_hour_and_after_four_however_busy(
    scene: Scene, inside: Browser
) -> None:
    for _ in range(12):
        scene.road.clock.advance(minutes=20)
        assert inside.get("/my/info").status_code == 200
    scene.road.clock.advance(minutes=1)
    assert inside.get("/my/info").status_code == 403


def test_a_session_idle_for_half_an_hour_is_over(scene: Scene, inside: Browser) -> None:
    scene.road.clock.advance(minutes=31)
    assert inside.get("/my/info").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "kind", "status"),
    [
        ("POST", "/my/contact", "application/json", 415),
        ("POST", "/my/info", "application/x-www-form-urlencoded", 405),
        ("GET", "/v1/events/nothing", "application/json", 404),
    ],
)
def test_no_answer_lacks_its_guards(scene: Scene, method: str, path: str, kind: str, status: int) -> None:
    page = Browser().ask(method, path, b"{}" if method == "POST" else b"", {"content-type": kind})
    assert page.status_code == status
    for name in ("Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"):
        assert page.headers[name]
