"""The door behind the short link: nothing by accident, nothing personal, and the same for every link."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib.channels import Outgoing
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.store import cases, persons
from tests.api.browser import Browser, goes_to, hidden, text
from tests.samples import CASE_ID
from tests.scene import Scene

# Powertools warns of every invocation that counts nothing, and warnings are errors here.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

PERSONAL = ["张伟", "张**", "13800138000", "zhangwei", "12,345.67", "1234567", "6688", "LN-2026", "示范银行"]
PATHS = ["", "?stop=EMAIL", "?factor=123X", "/code", "/not-me"]
UNKNOWN = "x" * 22


def link_in(message: Outgoing) -> str:
    """Return the token of the link in a message."""
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", message.text)
    assert found
    return found.group(1)


@pytest.fixture
def token(scene: Scene) -> str:
    """The link in the borrower's SMS."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    return link_in(scene.sms.sent[0])


def _personal(page: HTTPResponse) -> list[str]:
    return [personal for personal in PERSONAL if personal in text(page)]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
def test_fifty_scanners_use_up_no_link_and_no_try(scene: Scene, token: str, method: str, path: str) -> None:
    rows, browser = scene.rows(), Browser()
    for _ in range(50):
        page = browser.get(f"/n/{token}{path}", method)
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert not _personal(page)
    assert scene.rows() == rows
    assert goes_to(browser.enter(token)) == "/my/info"


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_link_opens_like_a_live_one(scene: Scene, token: str, path: str) -> None:
    live, dead = Browser().get(f"/n/{token}{path}"), Browser().get(f"/n/{UNKNOWN}{path}")
    assert text(live).replace(token, "") == text(dead).replace(UNKNOWN, "")
    assert live.headers == dead.headers


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/not-me", {"why": "address"}),
        ("/not-me", {"why": "identity"}),
        ("/not-me", {}),
        ("/code/send", {}),
        ("", {}),
        ("/code", {"code": "12"}),
    ],
)
def test_a_form_tells_nothing_about_a_link(scene: Scene, token: str, path: str, form: dict[str, Any]) -> None:
    live, dead = (Browser().post(f"/n/{each}{path}", form) for each in (token, UNKNOWN))
    assert live.status_code == dead.status_code
    assert text(live).replace(token, "") == text(dead).replace(UNKNOWN, "")
    where = (live.headers.get("Location", ""), dead.headers.get("Location", ""))
    assert where[0].replace(token, "") == where[1].replace(UNKNOWN, "")


def test_the_door_says_how_to_check_how_to_call_and_how_to_get_out(token: str) -> None:
    page = text(Browser(language="en").get(f"/n/{token}"))
    for path in ("/open/genuine", f"/n/{token}/not-me", f"/n/{token}/code/send"):
        assert path in page
    assert "telephone" in page


def test_a_wrong_factor_tells_how_many_tries_are_left_and_then_locks(scene: Scene, token: str) -> None:
    browser = Browser(language="en")
    pages = [browser.enter(token, "0000") for _ in range(5)]
    assert [page.status_code for page in pages] == [400, 400, 400, 400, 429]
    assert "4" in text(pages[0])
    assert browser.jar == ""
    assert browser.enter(token).status_code == 429
    assert not [one for page in pages for one in _personal(page)]


def test_dead_links_answer_alike(scene: Scene, token: str) -> None:
    unknown = Browser().enter(UNKNOWN)
    scene.road.clock.advance(days=44)
    expired = Browser().enter(token)
    assert (unknown.status_code, expired.status_code) == (404, 404)
    assert text(unknown).replace(UNKNOWN, "") == text(expired).replace(token, "")


def test_verification_starts_a_new_session(scene: Scene, token: str) -> None:
    browser = Browser()
    browser.get("/open/form/sign_up")
    browser.jar = before = "__Host-accord=guest~made-up.1.2.mac"
    browser.enter(token)
    assert browser.jar != before
    assert browser.jar.startswith("__Host-accord=")
    cookie = browser.pages[-1].headers["Set-Cookie"]
    assert all(flag in cookie for flag in ("Path=/", "HttpOnly", "SameSite=Lax", "Secure"))
    assert token not in browser.pages[-1].headers["Location"]


@pytest.mark.parametrize("first_try", ["123X", "0000"])
def test_the_stop_link_of_a_mail_leads_to_the_preferences(scene: Scene, token: str, first_try: str) -> None:
    browser = Browser()
    page = browser.get(f"/n/{token}?stop=EMAIL")
    for factor in (first_try, "123X"):
        page = browser.post(f"/n/{token}", {"factor": factor, "stop": hidden(page, "stop")})
        if page.status_code == 303:
            break
    assert goes_to(page) == "/my/contact"


# --- a one-time code ----------------------------------------------------------------------------------


def _request(scene: Scene, token: str) -> str:
    """Ask for a code and let the senders do what was set going; returns the code that came, or nothing."""
    before = len(scene.machine.inputs)
    goes_to(Browser().post(f"/n/{token}/code/send"))
    if len(scene.machine.inputs) == before:
        return ""
    given = list(scene.machine.inputs.values())[-1]
    scene.run(Stage.DELIVER, step=given["step"], at=given["at"])
    sent = (scene.sms if given["step"].endswith("SMS") else scene.mail).sent[-1]
    found = re.search(r"(?<!\d)(\d{6})(?!\d)", sent.text)
    return found[1] if found else ""


def test_a_link_by_sms_brings_a_code_by_mail_and_the_other_way_round(scene: Scene, token: str) -> None:
    by_mail = _request(scene, token)
    assert goes_to(Browser().post(f"/n/{token}/code", {"code": by_mail})) == "/my/info"
    assert "access_code" in scene.mail.sent[-1].template
    scene.road.clock.advance(minutes=1)
    mailed = link_in(scene.mail.sent[0])
    by_sms = _request(scene, mailed)
    assert "access_code" in scene.sms.sent[-1].template
    assert goes_to(Browser().post(f"/n/{mailed}/code", {"code": by_sms})) == "/my/info"
    assert by_mail != by_sms
    assert [fact.detail for fact in scene.facts(FactKind.VERIFIED)] == [{"by": "code"}] * 2


def test_the_code_is_in_no_row_no_execution_and_no_log(
    scene: Scene, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _request(scene, token)
    assert code
    assert code not in json.dumps(scene.rows())
    assert code not in json.dumps(scene.machine.inputs)
    assert code not in capsys.readouterr().out


def test_a_code_works_once(scene: Scene, token: str) -> None:
    code = _request(scene, token)
    assert goes_to(Browser().post(f"/n/{token}/code", {"code": code})) == "/my/info"
    assert Browser().post(f"/n/{token}/code", {"code": code}).status_code == 400


def test_a_code_ends_after_ten_minutes(scene: Scene, token: str) -> None:
    code = _request(scene, token)
    scene.road.clock.advance(minutes=10)
    assert Browser().post(f"/n/{token}/code", {"code": code}).status_code == 400


def test_a_newer_code_ends_the_one_before(scene: Scene, token: str) -> None:
    first = _request(scene, token)
    scene.road.clock.advance(seconds=31)
    second = _request(scene, token)
    assert Browser().post(f"/n/{token}/code", {"code": first}).status_code == 400
    assert goes_to(Browser().post(f"/n/{token}/code", {"code": second})) == "/my/info"


def test_a_code_is_typed_as_people_type(scene: Scene, token: str) -> None:
    code = _request(scene, token)
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code)
    assert goes_to(Browser().post(f"/n/{token}/code", {"code": f" {wide[:3]} {wide[3:]} "})) == "/my/info"


def test_five_wrong_codes_lock_code_and_factor_alike(scene: Scene, token: str) -> None:
    code = _request(scene, token)
    wrong = "000000" if code != "000000" else "111111"
    pages = [Browser().post(f"/n/{token}/code", {"code": wrong}) for _ in range(5)]
    assert [page.status_code for page in pages] == [400, 400, 400, 400, 429]
    assert Browser().post(f"/n/{token}/code", {"code": code}).status_code == 429
    assert Browser().enter(token).status_code == 429
    scene.road.clock.advance(minutes=1)
    assert _request(scene, token) == "", "a locked case is sent no codes"


def test_codes_are_sent_thirty_seconds_apart_and_three_an_hour(scene: Scene, token: str) -> None:
    sent = []
    for _ in range(5):
        sent.append(bool(_request(scene, token)))
        assert not _request(scene, token), "at once again"
        scene.road.clock.advance(seconds=30)
    assert sent == [True, True, True, False, False]
    scene.road.clock.advance(hours=1)
    assert _request(scene, token)


def test_a_late_message_of_a_dead_code_is_dropped(scene: Scene, token: str) -> None:
    goes_to(Browser().post(f"/n/{token}/code/send"))
    given = list(scene.machine.inputs.values())[-1]
    mails = len(scene.mail.sent)
    scene.road.clock.advance(minutes=11)
    scene.run(Stage.DELIVER, step=given["step"], at=given["at"])
    assert len(scene.mail.sent) == mails
    assert scene.facts(FactKind.DENIED)[-1].which[2] == "step.useful_time"


def test_who_has_no_other_address_is_sent_nothing(scene: Scene, token: str) -> None:
    borrower = scene.case.borrower
    persons.suppress(borrower.person, borrower.address_key(ChannelName.EMAIL), "bounce")
    assert _request(scene, token) == ""


# --- not me -------------------------------------------------------------------------------------------


def test_not_me_silences_the_address_at_once_and_shows_nothing(scene: Scene, token: str) -> None:
    page = Browser().post(f"/n/{token}/not-me", {"why": "address"})
    assert page.status_code == 200
    assert not _personal(page)
    person, borrower = persons.get(scene.case.borrower.person), scene.case.borrower
    assert person.lost(borrower.address_key(ChannelName.SMS))
    assert person.lost(borrower.address_key(ChannelName.VOICE))
    assert not person.lost(borrower.address_key(ChannelName.EMAIL))
    (fact,) = scene.facts(FactKind.WRONG_PERSON)
    assert fact.which[0] == "SMS"
    scene.road.clock.advance(days=3)
    scene.run(Stage.REMIND)
    assert len(scene.sms.sent) == 1


def test_not_me_twice_is_once(scene: Scene, token: str) -> None:
    for _ in range(2):
        Browser().post(f"/n/{token}/not-me", {"why": "address"})
    assert len(scene.facts(FactKind.WRONG_PERSON)) == 1


def test_identity_theft_changes_nothing_before_verification(scene: Scene, token: str) -> None:
    rows = scene.rows()
    page = Browser().post(f"/n/{token}/not-me", {"why": "identity"})
    assert f"/n/{token}" in text(page)
    assert scene.rows() == rows


def test_a_notice_of_the_law_that_reached_somebody_else_has_reached_nobody(scene: Scene, token: str) -> None:
    cases.reach(CASE_ID, "first_notice")
    Browser().post(f"/n/{token}/not-me", {"why": "address"})
    assert "first_notice" not in scene.case.reached


def test_a_notice_that_reached_the_borrower_by_mail_too_is_not_sent_again(scene: Scene, token: str) -> None:
    from chalicelib.store import facts
    from chalicelib.store.facts import Fact

    cases.reach(CASE_ID, "first_notice")
    which = ("first_notice", "EMAIL", "DELIVERED", "r1")
    facts.append(Fact(CASE_ID, FactKind.RECEIPT, scene.road.clock.now, which))
    Browser().post(f"/n/{token}/not-me", {"why": "address"})
    assert "first_notice" in scene.case.reached


def test_a_form_from_another_site_is_refused(scene: Scene, token: str) -> None:
    rows = scene.rows()
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site"}
    for path in ("", "/code", "/code/send", "/not-me"):
        assert Browser().ask("POST", f"/n/{token}{path}", b"why=address", headers).status_code == 403
    assert scene.rows() == rows
