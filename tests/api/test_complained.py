"""One's own complaints, in a case and as a stranger: how each stands, withdrawing, asking for a review."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.complaints.acknowledge import Acknowledge
from chalicelib.complaints.decide import Decide
from chalicelib.complaints.extend import Extend
from chalicelib.complaints.take_up import TakeUp
from chalicelib.domain.complaint import Complaint, ComplaintOutcome, ComplaintStatus
from chalicelib.domain.local_form import format_date
from chalicelib.store import complaint_steps, complaints
from tests.api import inside
from tests.api.browser import Browser, goes_to, hidden, text
from tests.api.test_complain import PERSONAL, complain, see, stranger
from tests.complaints.desk import ANNA, SU
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture
def browser(scene: Scene) -> Browser:
    """A borrower who has complained once."""
    found = inside.enter(scene)
    inside.send(found, "complain", inside.COMPLAINT)
    return found


def mine() -> Complaint:
    (found,) = complaints.of_case(CASE_ID)
    return found


def _extend(scene: Scene, reference: str) -> None:
    timers, now = scene.wiring.timers, scene.road.clock.now
    Acknowledge(timers)(reference, ANNA, now)
    TakeUp(timers)(reference, ANNA, now)
    Extend(timers)(reference, ANNA, SU, "录音尚未取得", now)


def _decide(scene: Scene, reference: str) -> None:
    timers, now = scene.wiring.timers, scene.road.clock.now
    Acknowledge(timers)(reference, ANNA, now)
    TakeUp(timers)(reference, ANNA, now)
    Decide(timers)(reference, ANNA, ComplaintOutcome.UPHELD, "电话在23:10拨打", now, redress="道歉")


def test_he_takes_his_complaint_back_in_writing(scene: Scene, browser: Browser) -> None:
    assert "/my/complaints" in text(browser.get("/my"))
    page = text(browser.get("/my/complaints"))
    assert "/my/form/withdraw_complaint" in page
    assert "/my/form/review" not in page
    inside.send(browser, "withdraw_complaint", inside.TAKE_BACK)
    assert mine().status == ComplaintStatus.WITHDRAWN
    assert scene.case.holds == frozenset()
    (_, step) = complaint_steps.of(mine())[-1]
    assert step.detail["words"] == "我撤回这项投诉\n已经解决了"
    assert step.detail["sent"] in text(browser.get("/my/form/withdraw_complaint/done"))
    goes_to(browser.post("/my/form/withdraw_complaint/check"))
    assert len(complaint_steps.of(mine())) == 1
    page = text(browser.get("/my/complaints"))
    assert "您已撤回" in page
    assert "withdraw_complaint" not in page


def test_which_of_two_is_asked_and_only_that_one_is_taken_back(scene: Scene, browser: Browser) -> None:
    browser.get("/my/form/complain?again=1")
    inside.send(browser, "complain", inside.COMPLAINT)
    first, second = complaints.of_case(CASE_ID)
    page = text(browser.get("/my/form/withdraw_complaint/which"))
    assert first.reference in page
    assert second.reference in page
    inside.send(browser, "withdraw_complaint", (("which", {"complaint": second.id}), *inside.TAKE_BACK))
    states = {each.id: each.status for each in complaints.of_case(CASE_ID)}
    assert states == {first.id: ComplaintStatus.RECEIVED, second.id: ComplaintStatus.WITHDRAWN}


def test_a_decision_is_shown_with_its_routes_and_he_asks_for_a_review(scene: Scene, browser: Browser) -> None:
    assert "<form" not in text(browser.get("/my/form/review/why"))
    _decide(scene, mine().reference)
    page = text(browser.get("/my/complaints"))
    for said in ("投诉成立", "道歉", "电话在23:10拨打", "2026年11月23日", "申请核查", "人民法院", "12378"):
        assert said in page, said
    assert "/my/form/withdraw_complaint" not in page
    inside.send(browser, "review", inside.REVIEW)
    assert mine().status == ComplaintStatus.REVIEW
    assert complaint_steps.of(mine())[-1][1].detail["why"] == "第二通电话没有核实"
    assert "正在对处理决定进行核查" in text(browser.get("/my/complaints"))
    assert "<form" not in text(browser.get("/my/form/review?again=1"))


def test_after_the_term_no_review_is_offered(scene: Scene, browser: Browser) -> None:
    _decide(scene, mine().reference)
    last = scene.road.clock.now + timedelta(days=30)
    scene.road.clock.now = last
    link = scene.sms.sent[0].text.rpartition("/n/")[2][:22]
    browser.enter(link)
    assert "/my/form/review" in text(browser.get("/my/complaints"))
    browser.answer("review", *inside.REVIEW)
    scene.road.clock.advance(days=1)
    browser.enter(link)
    assert "/my/form/review" not in text(browser.get("/my/complaints"))
    goes_to(browser.post("/my/form/review/check"))
    assert mine().status == ComplaintStatus.DECIDED


def test_what_was_decided_a_moment_ago_is_not_taken_back(scene: Scene, browser: Browser) -> None:
    browser.answer("withdraw_complaint", *inside.TAKE_BACK)
    _decide(scene, mine().reference)
    browser.post("/my/form/withdraw_complaint/check")
    assert mine().status == ComplaintStatus.DECIDED
    assert "<form" not in text(browser.get("/my/form/withdraw_complaint"))


def test_a_stranger_reads_all_of_his_complaint(scene: Scene) -> None:
    reference, found = complain(stranger()), stranger()
    _extend(scene, reference)
    _, page = see(found, reference, "13800138001")
    longer = format_date(complaints.require(reference).decide_by, "zh-CN")
    for said in ("录音尚未取得", "确认日期", longer, "12378"):
        assert said in page, said
    timers, now = scene.wiring.timers, scene.road.clock.now
    Decide(timers)(reference, ANNA, ComplaintOutcome.UPHELD, "电话在23:10拨打", now, redress="道歉")
    _, page = see(found, reference, "13800138001")
    for said in ("投诉成立", "道歉", "电话在23:10拨打", "决定日期", "可申请核查至", "人民法院"):
        assert said in page, said
    assert not [one for one in PERSONAL if one in page]


def _act(found: Browser, page: str, **more: str) -> tuple[int, str]:
    names = ("reference", "complaint", "grant", "act")
    kept = {name: hidden(found.pages[-1], name) for name in names} if not page else {}
    answer = found.post("/open/complaint/act", {**kept, **more})
    return answer.status_code, text(answer)


def test_a_stranger_takes_his_complaint_back(scene: Scene) -> None:
    reference, found = complain(stranger()), stranger()
    see(found, reference, "13800138001")
    status, page = _act(found, "", words="好了")
    assert status == 400
    assert "请确认" in page
    assert "好了" in page
    status, page = _act(found, "", sure="YES", words="好了")
    assert status == 200
    assert "您已撤回" in page
    assert "<form" not in page
    assert complaints.require(reference).status == ComplaintStatus.WITHDRAWN


def test_a_stranger_asks_for_a_review(scene: Scene) -> None:
    reference, found = complain(stranger()), stranger()
    _decide(scene, reference)
    see(found, reference, "13800138001")
    assert _act(found, "")[0] == 400
    assert _act(found, "", words="没有核实")[0] == 200
    assert complaints.require(reference).status == ComplaintStatus.REVIEW


def test_nobody_acts_on_a_complaint_that_his_session_was_not_shown(scene: Scene) -> None:
    reference, found, other = complain(stranger()), stranger(), stranger()
    see(found, reference, "13800138001")
    names = ("reference", "complaint", "grant", "act")
    kept = {name: hidden(found.pages[-1], name) for name in names} | {"sure": "YES"}
    for browser, given in (
        (other, kept),
        (found, kept | {"grant": ""}),
        (found, kept | {"act": "close"}),
        (found, kept | {"reference": "C-AAAA-AAAA"}),
    ):
        assert browser.post("/open/complaint/act", given).status_code == 404
    (first,) = complaints.find(reference)
    assert first.status == ComplaintStatus.RECEIVED
    complaints.receive(replace(first, id="another", contact="b@example.com"))
    assert found.post("/open/complaint/act", kept | {"complaint": "another"}).status_code == 404
    assert found.post("/open/complaint/act", kept).status_code == 200
    assert {one.id: one.status for one in complaints.find(reference)}["another"] == ComplaintStatus.RECEIVED
