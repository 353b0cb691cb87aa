"""Talks and guides: open to anyone; a seat is given once, and never one more than there are."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.api.talks import GUIDES
from chalicelib.domain.codes import FactKind, Stage
from chalicelib.domain.talk import Talk
from chalicelib.store import facts, talks
from chalicelib.store.talks import Seat, SignUp
from tests.api.browser import Browser, goes_to, text
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

TALK = Talk(
    id="abcdefgh",
    title={"zh-CN": "您的权利", "en": "Your rights"},
    about={"zh-CN": "讲解", "en": "About <rights>"},
    how={"zh-CN": "网上", "en": "Online"},
    language="zh-CN",
    starts_at=NOON + timedelta(days=3),
    minutes=60,
    zone="Asia/Shanghai",
    seats=1,
    link="https://talks.example/1",
)


def _sign_up(browser: Browser, contact: str, root: str = "/open/form") -> str:
    browser.get(f"{root}/sign_up?again=1")
    csrf = {"csrf": _csrf(browser, f"{root}/sign_up/talk")}
    pages = (("talk", {"talk": TALK.id}), ("who", {"contact": contact}), ("consent", {"consent": "YES"}))
    for page, form in pages:
        goes_to(browser.post(f"{root}/sign_up/{page}", {**form, **csrf}, csrf=csrf["csrf"]))
    goes_to(browser.post(f"{root}/sign_up/check", csrf=csrf["csrf"]))
    return text(browser.get(f"{root}/sign_up/done"))


def _csrf(browser: Browser, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text(browser.get(path)))
    assert found, path
    return found.group(1)


def test_talks_ahead_are_listed_for_anyone_and_past_ones_are_not(scene: Scene) -> None:
    talks.put(TALK)
    page = text(Browser(language="en").get("/open/talks"))
    assert "Your rights" in page
    assert "Thu 26 Nov 2026, 12:00 (Beijing time)" in page
    scene.road.clock.advance(days=4)
    assert "No talk is announced" in text(Browser(language="en").get("/open/talks"))


def test_a_talk_has_its_page_and_its_calendar_file(scene: Scene) -> None:
    talks.put(TALK)
    browser = Browser(language="en")
    page = text(browser.get(f"/open/talks/{TALK.id}"))
    assert "About &lt;rights&gt;" in page
    assert "/open/form/sign_up" in page
    assert browser.get("/open/talks/nothing").status_code == 404
    file = text(browser.get(f"/open/talks/{TALK.id}/talk.ics"))
    assert f"UID:talk-{TALK.id}@accord" in file
    talks.cancel(TALK.id)
    assert "STATUS:CANCELLED" in text(browser.get(f"/open/talks/{TALK.id}/talk.ics"))
    page = text(browser.get(f"/open/talks/{TALK.id}"))
    assert "called off" in page
    assert "/form/sign_up" not in page


def test_a_guest_signs_up_once_however_often_he_sends(scene: Scene, counted: Counter[str]) -> None:
    talks.put(TALK)
    browser = Browser(language="en")
    page = _sign_up(browser, "Li@Example.com")
    assert "A seat is kept for you" in page
    assert re.search(r"T-[A-Z2-7]{4}-[A-Z2-7]{4}", page)
    _sign_up(Browser(language="en"), "li@example.com ")
    assert talks.get(TALK.id).taken == 1
    assert counted["SignUp"] == 1


def test_the_last_seat_is_given_once_and_the_next_one_waits(scene: Scene) -> None:
    talks.put(TALK)
    _sign_up(Browser(), "a@example.com")
    assert "waiting list" in _sign_up(Browser(language="en"), "13800138000")
    assert talks.get(TALK.id).taken == 1
    assert talks.seat_of(TALK.id, "13800138000") == Seat.WAITING


def test_a_repeat_after_a_death_gives_no_second_seat(scene: Scene) -> None:
    talks.put(TALK)
    given = SignUp(TALK, "a@example.com", "", "T-1", NOON)
    assert talks.sign_up(given) == (Seat.SEAT, True)
    assert talks.sign_up(given) == (Seat.SEAT, False)
    assert talks.get(TALK.id).taken == 1


def test_a_borrower_finds_his_sign_up_in_his_case(scene: Scene) -> None:
    talks.put(TALK)
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    browser = Browser(language="en")
    browser.enter(found.group(1))
    assert "/my/form/sign_up" in text(browser.get(f"/open/talks/{TALK.id}"))
    _sign_up(browser, "a@example.com", "/my/form")
    (fact,) = facts.of(CASE_ID, FactKind.SIGN_UP)
    assert fact.detail["talk"] == TALK.id
    assert "a@example.com" not in str(fact.detail)
    assert browser.get(f"/my/sent/{fact.detail['reference']}").status_code == 200


@pytest.mark.parametrize("contact", ["", "nobody", "a@b", "12345", "a@b.cc, c@d.ee"])
def test_a_contact_nobody_can_be_reached_by_is_refused(scene: Scene, contact: str) -> None:
    talks.put(TALK)
    browser = Browser()
    csrf = _csrf(browser, "/open/form/sign_up/talk")
    browser.post("/open/form/sign_up/talk", {"talk": TALK.id}, csrf=csrf)
    page = browser.post("/open/form/sign_up/who", {"contact": contact}, csrf=csrf)
    assert page.status_code == 400


def test_without_a_talk_there_is_nothing_to_sign_up_for(scene: Scene) -> None:
    assert goes_to(Browser().get("/open/form/sign_up")) == "/open/talks"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", GUIDES)
def test_each_guide_reads_in_both_languages_and_stays_small(scene: Scene, name: str, language: str) -> None:
    browser = Browser()
    assert f"/open/guides/{name}" in text(browser.get(f"/open/guides?lang={language}"))
    page = browser.get(f"/open/guides/{name}?lang={language}")
    assert page.status_code == 200
    assert len(page.body) <= 14 * 1024


def test_an_unknown_guide_is_not_found(scene: Scene) -> None:
    assert Browser().get("/open/guides/nothing").status_code == 404
