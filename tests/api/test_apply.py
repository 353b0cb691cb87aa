"""Applying for mediation over HTTP: asked in order, kept, changed, withdrawn, harmless in two tabs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.store import cases
from tests.api import inside
from tests.api.browser import Browser, goes_to, text
from tests.api.test_journeys import ROAD as FEEDBACK
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
_WISH = ("mediation", "mode")
NO_MEDIATION = (*(each for each in FEEDBACK if each[0] not in _WISH), ("mediation", {"wish": "NO"}))


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return inside.enter(scene)


def status(scene: Scene) -> CaseStatus:
    return scene.case.status


def test_an_application_is_kept_confirmed_and_wakes_the_case(scene: Scene, browser: Browser) -> None:
    start = text(browser.get("/my/form/apply"))
    for said in ("自愿", "免费", "保密", "不利"):
        assert said in start, said
    check = text(browser.answer("apply", *inside.APPLY))
    for shown in ("网上视频", "2026年11月27日（星期五）09:00—12:00", "翻译", "李强", "13900139000", "赵某"):
        assert shown in check, shown
    assert goes_to(browser.post("/my/form/apply/check")) == "/my/form/apply/done"
    assert re.search(r"M-[A-Z2-7]{4}-[A-Z2-7]{4}", text(browser.get("/my/form/apply/done")))
    (fact,) = scene.facts(FactKind.APPLICATION)
    assert fact.detail["times"] == ["2026-11-27T09", "2026-11-30T18"]
    assert scene.case.status == CaseStatus.APPLIED
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]


def test_who_needs_nothing_is_asked_nothing_about_it(scene: Scene, browser: Browser) -> None:
    plain = (
        *inside.APPLY[:2],
        ("needs", {}),
        ("represented", {"represented": "NO"}),
        ("objects", {"objects": "NO"}),
    )
    inside.send(browser, "apply", (*plain, ("notes", {})))
    (fact,) = scene.facts(FactKind.APPLICATION)
    assert set(fact.detail) == {"reference", "mode", "times", "represented", "objects"}


@pytest.mark.parametrize(
    ("page", "form", "said"),
    [
        ("times", {}, "请至少选择一个方便的时间"),
        ("times", {"times": "2026-11-24T09"}, "请至少选择一个方便的时间"),
        ("representative", {"rep_phone": "abc"}, "请填写正确的电话号码"),
        ("representative", {"rep_phone": "13900139000"}, "请确认您已授权此人"),
        ("objection", {}, "请说明理由"),
    ],
)
def test_faults_are_named_beside_their_field(
    browser: Browser, page: str, form: dict[str, str], said: str
) -> None:
    browser.answer("apply", *inside.APPLY)
    answer = browser.post(f"/my/form/apply/{page}", form)
    assert answer.status_code == 400
    assert text(answer).count(said) == 2


def test_a_time_that_has_passed_is_asked_for_again(scene: Scene, browser: Browser) -> None:
    browser.answer("apply", *inside.APPLY)
    scene.road.clock.advance(minutes=25)
    for _ in range(2):  # a day later in a new session the draft is there, its times are not
        scene.road.clock.now += timedelta(hours=30)
        browser.enter(re.findall(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)[0])
    assert goes_to(browser.get("/my/form/apply/check")) == "/my/form/apply/times"
    assert goes_to(browser.post("/my/form/apply/check")) == "/my/form/apply"
    assert scene.facts(FactKind.APPLICATION) == []
    browser.post("/my/form/apply/times", {"times": "2026-12-01T14", "to": "check"})
    assert goes_to(browser.post("/my/form/apply/check")) == "/my/form/apply/done"


def test_who_has_applied_sees_it_and_may_change_it(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "apply", inside.APPLY)
    scene.road.clock.now += timedelta(days=5)  # past the first of its times
    browser.enter(re.findall(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)[0])
    shown = text(browser.get("/my/form/apply"))
    for said in (
        "您已经申请调解",
        "2026年11月27日（星期五）09:00—12:00",
        "李强",
        "again=1",
        "2026年11月23日",
    ):
        assert said in shown, said
    assert browser.get("/my/form/apply?again=1").status_code == 200
    inside.send(
        browser,
        "apply",
        (("mode", {"mode": "TELEPHONE"}), ("times", {"times": "2026-12-07T09"}), *inside.APPLY[2:]),
    )
    assert [fact.detail["mode"] for fact in scene.facts(FactKind.APPLICATION)] == [
        "ONLINE_VIDEO",
        "TELEPHONE",
    ]
    scene.road.clock.now += timedelta(days=2)
    browser.enter(re.findall(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)[0])
    assert "电话" in text(browser.get("/my/form/apply"))


def test_feedback_in_another_tab_never_takes_the_application_back(scene: Scene, browser: Browser) -> None:
    other = Browser(jar=browser.jar)
    other.answer("feedback", *NO_MEDIATION)
    inside.send(browser, "apply", inside.APPLY)
    other.post("/my/form/feedback/check")
    assert scene.case.status == CaseStatus.APPLIED
    assert len(scene.facts(FactKind.FEEDBACK)) == len(scene.facts(FactKind.APPLICATION)) == 1


def test_an_application_after_feedback_in_another_tab_counts(scene: Scene, browser: Browser) -> None:
    browser.answer("apply", *inside.APPLY)
    inside.send(Browser(jar=browser.jar), "feedback", NO_MEDIATION)
    assert status(scene) == CaseStatus.FEEDBACK
    browser.post("/my/form/apply/check")
    assert status(scene) == CaseStatus.APPLIED


@pytest.mark.parametrize("journey", ["apply", "dispute"])
def test_a_settlement_meanwhile_ends_it_before_it_is_sent(
    scene: Scene, browser: Browser, journey: str
) -> None:
    road = {"apply": inside.APPLY, "dispute": inside.DISPUTE}[journey]
    browser.answer(journey, *road)
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", scene.road.clock.now)
    page = browser.post(f"/my/form/{journey}/check")
    assert "通知已结束" in text(page)
    assert scene.facts(FactKind(journey.upper() if journey == "dispute" else "APPLICATION")) == []
    assert scene.case.holds == frozenset()
    assert scene.machine.signals == []


@pytest.mark.parametrize("journey", ["apply", "dispute", "withdraw", "reschedule"])
def test_a_settled_case_takes_none_of_them(scene: Scene, browser: Browser, journey: str) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", scene.road.clock.now)
    assert "款项已结清" in text(browser.get(f"/my/form/{journey}"))


def test_sent_twice_at_once_from_two_tabs_it_is_one_application(scene: Scene, browser: Browser) -> None:
    browser.answer("apply", *inside.APPLY)
    for tab in (browser, Browser(jar=browser.jar), browser):
        assert goes_to(tab.post("/my/form/apply/check")) == "/my/form/apply/done"
    assert len(scene.facts(FactKind.APPLICATION)) == 1


def test_withdrawing_takes_it_back_and_starts_no_reminder(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "apply", inside.APPLY)
    inside.send(browser, "withdraw", inside.WITHDRAW)
    assert scene.case.status == CaseStatus.FEEDBACK
    (fact,) = scene.facts(FactKind.WITHDRAWN)
    assert fact.detail["why"] == "不需要了"
    sent = len(scene.sms.sent)
    scene.run(Stage.REMIND, "token-2")
    assert len(scene.sms.sent) == sent
    assert "您目前没有调解申请" in text(browser.get("/my/form/withdraw?again=1"))
    assert browser.get("/my/form/apply").status_code == 200, "its confirmation is not shown any more"


def test_who_withdrew_may_apply_and_withdraw_again(scene: Scene, browser: Browser) -> None:
    for _ in range(2):
        inside.send(browser, "apply", inside.APPLY)
        assert status(scene) == CaseStatus.APPLIED
        inside.send(browser, "withdraw", inside.WITHDRAW)
        assert status(scene) == CaseStatus.FEEDBACK
    assert len(scene.facts(FactKind.APPLICATION)) == len(scene.facts(FactKind.WITHDRAWN)) == 2


def test_other_times_are_asked_for_only_when_something_is_arranged(scene: Scene, browser: Browser) -> None:
    assert "目前没有正在安排的调解" in text(browser.get("/my/form/reschedule"))
    inside.send(browser, "apply", inside.APPLY)
    inside.send(browser, "reschedule", inside.RESCHEDULE)
    (fact,) = scene.facts(FactKind.RESCHEDULE)
    assert fact.detail["times"] == ["2026-12-01T14"]
    assert scene.case.status == CaseStatus.APPLIED


@pytest.mark.parametrize(
    ("language", "day", "hours"),
    [("zh-CN", "2026年11月27日（星期五）", "09:00—12:00"), ("en", "Fri 27 Nov 2026", "09:00–12:00")],
)
def test_the_times_stand_under_their_days(browser: Browser, language: str, day: str, hours: str) -> None:
    page = text(browser.get(f"/my/form/apply/times?lang={language}"))
    groups = re.findall(
        r'<div role="group" aria-labelledby="([^"]+)">\s*<p class="group" id="\1">([^<]+)</p>', page
    )
    assert len(groups) == len({name for name, _ in groups}) == 8
    assert groups[0][1] == day
    assert page.count(day) == 1
    first = page.split('role="group"')[1]
    assert re.findall(r'value="([^"]+)"[^>]*><span>([^<]+)<', first)[0] == ("2026-11-27T09", hours)
    chosen = browser.post("/my/form/apply/times", {"times": "2026-11-27T14", "switch": "1"})
    assert re.search(r'value="2026-11-27T14"[^>]* checked', text(chosen))


def test_the_times_he_asked_for_are_shown_in_words(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "apply", inside.APPLY)
    reference = scene.facts(FactKind.APPLICATION)[0].detail["reference"]
    page = text(browser.get(f"/my/sent/{reference}"))
    assert "2026年11月27日（星期五）09:00—12:00" in page
    assert "2026-11-27T09" not in page
