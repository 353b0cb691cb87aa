"""The borrower's road over HTTP: link, second factor, information, notice, feedback; nothing by accident."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from chalice.test import HTTPResponse

from chalicelib.api.pages import content_security_policy
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Outcome, Stage
from chalicelib.store import cases, persons
from tests.api.browser import FORM, Browser, goes_to, hidden, text
from tests.samples import CASE_ID
from tests.scene import Scene

# Powertools warns of every invocation that counts nothing, and warnings are errors here.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

ANSWERS = {"reason": "UNEMPLOYMENT", "text": "公司裁员，正在找工作", "wish": "YES", "mode": "TELEPHONE"}
PERSONAL = ["张伟", "张**", "13800138000", "zhangwei", "12,345.67", "1234567", "6688", "LN-2026", "示范银行"]
BEHIND = ["/my/info", "/my/notice", "/my/feedback", "/my/done", "/my/preferences"]
POSTS = ["/my/feedback", "/my/feedback/send", "/my/preferences"]


@pytest.fixture
def token(scene: Scene) -> str:
    """The link in the borrower's SMS."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    return found.group(1)


@pytest.fixture
def inside(scene: Scene, token: str) -> Browser:
    """A browser past the second factor."""
    browser = Browser()
    assert goes_to(browser.enter(token)) == "/my/info"
    return browser


def _is_guarded(page: HTTPResponse) -> bool:
    headers = page.headers
    return (
        headers["Content-Security-Policy"] == content_security_policy()
        and headers["Cache-Control"] == "no-store"
        and headers["Referrer-Policy"] == "no-referrer"
        and headers["X-Content-Type-Options"] == "nosniff"
        and headers["X-Frame-Options"] == "DENY"
        and headers["X-Robots-Tag"] == "noindex"
        and headers["Strict-Transport-Security"].startswith("max-age=")
        and headers["Content-Type"] == "text/html; charset=utf-8"
    )


def test_the_whole_road(scene: Scene, token: str) -> None:
    browser = Browser()
    assert browser.get(f"/n/{token}").status_code == 200
    assert goes_to(browser.enter(token)) == "/my/info"
    assert "12348" in text(browser.get("/my/info"))
    assert "12,345.67" in text(browser.get("/my/notice"))
    form = browser.get("/my/feedback")
    answers_id = hidden(form, "answers_id")
    check = browser.post("/my/feedback", ANSWERS | {"answers_id": answers_id})
    assert check.status_code == 200
    assert "公司裁员" in text(check)
    assert hidden(check, "answers_id") == answers_id
    sent = browser.post("/my/feedback/send", ANSWERS | {"answers_id": answers_id})
    assert goes_to(sent) == "/my/done"
    assert CASE_ID.reference in text(browser.get("/my/done"))
    assert scene.case.status == CaseStatus.APPLIED
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]
    assert all(_is_guarded(page) for page in browser.pages)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["", "?stop=EMAIL", "?lang=en", "?factor=123X"])
def test_opening_the_link_changes_and_shows_nothing(
    scene: Scene, token: str, method: str, query: str
) -> None:
    """Mail scanners fetch links; fifty times must not use one up."""
    rows, browser = scene.rows(), Browser()
    for _ in range(5):
        page = browser.get(f"/n/{token}{query}", method)
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert not [personal for personal in PERSONAL if personal in text(page)]
    assert scene.rows() == rows
    assert scene.machine.signals == []
    assert goes_to(browser.enter(token)) == "/my/info"


def test_an_unknown_link_opens_like_a_live_one(scene: Scene, token: str) -> None:
    unknown = "x" * 22
    live, dead = Browser().get(f"/n/{token}"), Browser().get(f"/n/{unknown}")
    assert text(live).replace(token, "") == text(dead).replace(unknown, "")
    assert live.headers == dead.headers


def test_reading_changes_nothing(scene: Scene, inside: Browser) -> None:
    rows = scene.rows()
    for path in BEHIND:
        assert inside.get(path).status_code in (200, 303)
        assert inside.get(path, "HEAD").status_code in (200, 303, 403, 405)
    assert scene.rows() == rows
    assert scene.machine.signals == []


def test_a_wrong_factor_tells_how_many_tries_are_left_and_then_locks(scene: Scene, token: str) -> None:
    browser = Browser(language="en")
    pages = [browser.enter(token, "0000") for _ in range(5)]
    assert [page.status_code for page in pages] == [400, 400, 400, 400, 429]
    assert "4" in text(pages[0])
    assert browser.jar == ""
    assert browser.enter(token).status_code == 429
    assert not [personal for page in pages for personal in PERSONAL if personal in text(page)]
    assert all(_is_guarded(page) for page in browser.pages)


def test_an_empty_factor_costs_no_try(scene: Scene, token: str) -> None:
    browser = Browser()
    rows = scene.rows()
    for _ in range(6):
        assert browser.enter(token, " ").status_code == 400
    assert scene.rows() == rows


def test_dead_links_answer_alike(scene: Scene, token: str) -> None:
    unknown = Browser().enter("x" * 22)
    scene.road.clock.advance(days=44)
    expired = Browser().enter(token)
    assert (unknown.status_code, expired.status_code) == (404, 404)
    assert text(unknown).replace("x" * 22, "") == text(expired).replace(token, "")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(inside: Browser) -> None:
    cookie = inside.pages[-1].headers["Set-Cookie"]
    assert cookie.startswith("__Host-accord=")
    for flag in ("; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_the_token_leaves_the_address_and_every_page_behind_it(inside: Browser, token: str) -> None:
    assert token not in inside.pages[-1].headers["Location"]
    assert not [path for path in BEHIND if token in text(inside.get(path))]


@pytest.mark.parametrize("path", BEHIND)
def test_without_a_session_there_is_only_the_way_back(scene: Scene, token: str, path: str) -> None:
    for browser in (Browser(), Browser(jar="__Host-accord=forged.1.2.mac"), Browser(jar="__Host-accord=")):
        page = browser.get(path)
        assert page.status_code == 403
        assert _is_guarded(page)
        assert not [personal for personal in PERSONAL if personal in text(page)]


@pytest.mark.parametrize("path", POSTS)
def test_nobody_posts_without_a_session(scene: Scene, token: str, path: str) -> None:
    rows = scene.rows()
    assert Browser().post(path, ANSWERS | {"channel": "SMS"}).status_code == 403
    assert scene.rows() == rows


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("csrf", ["", "wrong", "é"])
def test_a_form_from_elsewhere_is_refused(scene: Scene, inside: Browser, path: str, csrf: str) -> None:
    rows = scene.rows()
    assert inside.post(path, ANSWERS | {"channel": "SMS"}, csrf=csrf).status_code == 403
    body = urlencode(ANSWERS | {"channel": "SMS"}).encode()
    assert inside.ask("POST", path, body, {"content-type": FORM}).status_code == 403
    assert inside.ask("POST", path, b"", {"content-type": FORM}).status_code == 403
    assert scene.rows() == rows


@pytest.mark.parametrize("path", [*POSTS, "/n/{token}"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data"])
def test_forms_come_as_forms(inside: Browser, token: str, path: str, content_type: str) -> None:
    page = inside.ask("POST", path.format(token=token), b"{}", {"content-type": content_type})
    assert page.status_code == 415


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/my/feedback"), ("DELETE", "/my/notice"), ("POST", "/my/info")]
)
def test_other_methods_are_refused(inside: Browser, method: str, path: str) -> None:
    assert inside.ask(method, path, b"", {"content-type": FORM}).status_code in (403, 404, 405)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 50, b"%zz=%zz", b"=&=&="])
def test_an_odd_body_is_refused_and_nothing_breaks(
    scene: Scene, inside: Browser, token: str, body: bytes
) -> None:
    rows = scene.rows()
    assert inside.ask("POST", "/my/feedback/send", body, {"content-type": FORM}).status_code == 403
    assert Browser().ask("POST", f"/n/{token}", body, {"content-type": FORM}).status_code == 400
    assert scene.rows() == rows


def test_another_sessions_csrf_token_is_no_use(scene: Scene, inside: Browser, token: str) -> None:
    scene.road.clock.advance(seconds=1)
    other = Browser()
    other.enter(token)
    assert inside.post("/my/preferences", {"channel": "SMS"}, csrf=other.csrf()).status_code == 403


def test_the_session_ends_after_half_an_hour_and_lives_on_while_used(scene: Scene, inside: Browser) -> None:
    for _ in range(3):
        scene.road.clock.advance(minutes=29)
        assert inside.get("/my/notice").status_code == 200
    scene.road.clock.advance(minutes=31)
    assert inside.get("/my/notice").status_code == 403


def test_the_session_ends_after_four_hours_however_busy(scene: Scene, inside: Browser) -> None:
    for _ in range(12):
        scene.road.clock.advance(minutes=20)
        assert inside.get("/my/info").status_code == 200
    scene.road.clock.advance(minutes=1)
    assert inside.get("/my/info").status_code == 403


@pytest.mark.parametrize(
    ("accepted", "query", "language"),
    [
        ("zh-CN,zh;q=0.9", "", "zh-CN"),
        ("en-GB,en;q=0.8", "", "en"),
        ("", "", "zh-CN"),
        ("zh-CN", "?lang=en", "en"),
        ("en", "?lang=zh-CN", "zh-CN"),
        ("en", "?lang=%3Cscript%3E", "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    scene: Scene, token: str, accepted: str, query: str, language: str
) -> None:
    page = Browser(language=accepted).get(f"/n/{token}{query}")
    assert f'<html lang="{language}"' in text(page)


def test_a_redirect_keeps_the_language(token: str) -> None:
    page = Browser(language="en").enter(token)
    assert page.headers["Location"].endswith("/my/info?lang=en")


def test_every_fault_of_the_form_is_listed_and_nothing_typed_is_lost(scene: Scene, inside: Browser) -> None:
    rows = scene.rows()
    page = inside.post("/my/feedback", {"text": "写" * 1001, "wish": "YES"})
    assert page.status_code == 400
    for name in ("reason", "text", "mode"):
        assert f"#{name}" in text(page), f"the summary leads to {name}"
    assert "写" * 1001 in text(page)
    assert scene.rows() == rows


def test_going_back_to_change_shows_the_answers_again(inside: Browser) -> None:
    page = inside.post("/my/feedback", ANSWERS | {"change": "1", "answers_id": "a" * 24})
    assert page.status_code == 200
    assert ANSWERS["text"] in text(page)
    assert hidden(page, "answers_id") == "a" * 24


def test_checking_the_answers_sends_nothing(scene: Scene, inside: Browser) -> None:
    rows = scene.rows()
    inside.post("/my/feedback", ANSWERS)
    assert scene.rows() == rows
    assert scene.machine.signals == []


def test_faulty_answers_are_not_sent(scene: Scene, inside: Browser) -> None:
    rows = scene.rows()
    assert inside.post("/my/feedback/send", {"reason": "UNEMPLOYMENT"}).status_code == 400
    assert scene.rows() == rows


def test_sending_twice_is_sending_once(scene: Scene, inside: Browser) -> None:
    form = ANSWERS | {"answers_id": "a" * 24}
    pages = [inside.post("/my/feedback/send", form) for _ in range(3)]
    assert [goes_to(page) for page in pages] == ["/my/done"] * 3
    assert len(scene.facts(FactKind.FEEDBACK)) == 1
    assert len(scene.machine.signals) == 1


@pytest.mark.parametrize("answers_id", ["", "x", "../../etc", "a#b" * 8, "a" * 37])
def test_a_made_up_submission_id_is_replaced(scene: Scene, inside: Browser, answers_id: str) -> None:
    assert goes_to(inside.post("/my/feedback/send", ANSWERS | {"answers_id": answers_id})) == "/my/done"
    (ident,) = scene.facts(FactKind.FEEDBACK)[0].which
    assert re.fullmatch(r"[0-9a-f]{24}", ident)


def test_answers_whose_signal_failed_are_kept_and_confirmed_on_the_next_try(
    scene: Scene, inside: Browser
) -> None:
    form = ANSWERS | {"answers_id": "a" * 24}
    scene.machine.failing["send_task_success"] = "InternalError"
    page = inside.post("/my/feedback/send", form)
    assert page.status_code == 500
    assert _is_guarded(page)
    assert len(scene.facts(FactKind.FEEDBACK)) == 1
    scene.machine.failing.clear()
    assert goes_to(inside.post("/my/feedback/send", form)) == "/my/done"
    assert len(scene.facts(FactKind.FEEDBACK)) == 1


def test_after_the_answer_the_form_is_closed_and_the_notice_says_so(scene: Scene, inside: Browser) -> None:
    inside.post("/my/feedback/send", ANSWERS)
    assert 'name="reason"' not in text(inside.get("/my/feedback"))
    assert "2026年11月23日" in text(inside.get("/my/notice"))


def test_done_without_an_answer_leads_to_the_form(inside: Browser) -> None:
    assert goes_to(inside.get("/my/done")) == "/my/feedback"


@pytest.mark.parametrize("outcome", [Outcome.SETTLED_OUTSIDE, Outcome.NO_RESPONSE])
def test_a_closed_case_shows_neither_notice_nor_form_and_takes_nothing(
    scene: Scene, inside: Browser, outcome: Outcome
) -> None:
    cases.close(CASE_ID, outcome, "over", scene.road.clock.now)
    rows = scene.rows()
    for page in (
        inside.get("/my/notice"),
        inside.get("/my/feedback"),
        inside.post("/my/feedback/send", ANSWERS),
    ):
        assert page.status_code == 200
        assert "12,345.67" not in text(page)
        assert 'name="reason"' not in text(page)
    assert scene.rows() == rows
    assert inside.get("/my/info").status_code == 200, "legal information stays open to everyone concerned"


def test_a_closed_case_takes_a_stop_for_those_to_come_and_shows_nothing(
    scene: Scene, inside: Browser
) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "over", scene.road.clock.now)
    page = inside.post("/my/preferences", {"channel": "SMS"})
    assert page.status_code == 200
    assert "12,345.67" not in text(page)
    assert persons.get(scene.case.borrower.person).opted_out == {ChannelName.SMS}


def test_a_channel_is_silenced_at_once(scene: Scene, inside: Browser) -> None:
    assert inside.post("/my/preferences", {"channel": "SMS"}).status_code == 200
    assert persons.get(scene.case.borrower.person).opted_out == {ChannelName.SMS}
    scene.road.clock.advance(days=3)
    scene.run(Stage.REMIND)
    assert len(scene.sms.sent) == 1


@pytest.mark.parametrize("channel", ["", "PIGEON", "sms", "ALL"])
def test_an_unknown_channel_is_told(scene: Scene, inside: Browser, channel: str) -> None:
    rows = scene.rows()
    assert inside.post("/my/preferences", {"channel": channel}).status_code == 400
    assert scene.rows() == rows


@pytest.mark.parametrize("first_try", ["123X", "0000"])
def test_the_stop_link_of_a_mail_leads_to_the_preferences(scene: Scene, token: str, first_try: str) -> None:
    browser = Browser()
    page = browser.get(f"/n/{token}?stop=EMAIL")
    for factor in (first_try, "123X"):
        page = browser.post(f"/n/{token}", {"factor": factor, "stop": hidden(page, "stop")})
        if page.status_code == 303:
            break
    assert goes_to(page) == "/my/preferences"


def test_one_borrowers_session_shows_only_his_own_case(scene: Scene, inside: Browser) -> None:
    """A session names its case; nothing in a request can name another."""
    scene.accept(id="evt-2", subject="LN-OTHER")
    page = inside.get("/my/notice?case_id=other&loan=LN-OTHER")
    assert "LN-OTHER" not in text(page)
    inside.post("/my/feedback/send", ANSWERS | {"case_id": "other"})
    assert scene.case.status == CaseStatus.APPLIED


def test_text_of_the_borrower_stays_text(inside: Browser) -> None:
    page = inside.post("/my/feedback", ANSWERS | {"text": "<script>alert(1)</script>{{7*7}}"})
    assert "<script>" not in text(page)
    assert "{{7*7}}" in text(page)
