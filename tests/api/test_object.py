"""The mediator is introduced to the borrower before any meeting, and he may object to him and get another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.forms.journey import Submission
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.assign import Reassign
from chalicelib.mediation.schedule import Schedule
from chalicelib.mediation.session import Session
from chalicelib.store import directory
from tests.api import inside
from tests.api.browser import Browser, goes_to, text
from tests.mediation.test_assign import LI_JING, WANG
from tests.mediation.test_road import OFFER, WED
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
WANG_FANG = replace(WANG, name={"zh-CN": "王芳", "en": "Wang Fang"})


@pytest.fixture
def browser(scene: Scene) -> Browser:
    """A borrower to whose case Li Jing was assigned a moment ago."""
    found, now = inside.enter(scene), scene.road.clock.now
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "apply", "M-1", {"mode": "TELEPHONE"}, now))
    Accept(scene.wiring.timers)(CASE_ID, "staff-1", now)
    directory.put(LI_JING)
    directory.put(WANG_FANG)
    scene.wiring.steer(CASE_ID, {})
    return found


@pytest.mark.parametrize("path", ["/my", "/my/meeting"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_mediator_is_introduced_as_soon_as_he_is_assigned(
    browser: Browser, path: str, language: str
) -> None:
    page = text(browser.get(f"{path}?lang={language}"))
    for told in (LI_JING.name, LI_JING.organisation, LI_JING.qualifications):
        assert told[language] in page
    assert "/my/form/object" in page


@pytest.mark.parametrize("path", ["/my", "/my/meeting", "/my/form/object"])
def test_nobody_is_introduced_before(scene: Scene, path: str) -> None:
    page = text(inside.enter(scene).get(path))
    assert "您的调解员" not in page
    assert "<form" not in page


def test_he_objects_and_gets_another(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "object", inside.OBJECT)
    assert (scene.case.status, scene.case.mediator) == (CaseStatus.ASSIGNED, "wang")
    (fact,) = scene.facts(FactKind.OBJECTION)
    assert (fact.detail["mediator"], fact.detail["ground"]) == ("li", "CONFLICT")
    assert fact.detail["reason"] == "他以前在银行工作"
    assert "王芳" in text(browser.get("/my"))
    sent = text(browser.get(f"/my/sent/{fact.detail['reference']}"))
    assert "他以前在银行工作" in sent
    assert LI_JING.name["zh-CN"] in sent
    goes_to(browser.post("/my/form/object/check"))
    assert len(scene.facts(FactKind.OBJECTION)) == 1


def test_another_reason_is_said_in_words(scene: Scene, browser: Browser) -> None:
    goes_to(browser.post("/my/form/object/ground", {"ground": "OTHER"}))
    assert browser.post("/my/form/object/other", {"why": " "}).status_code == 400
    goes_to(browser.post("/my/form/object/other", {"why": "我认识他"}))
    goes_to(browser.post("/my/form/object/check"))
    assert scene.facts(FactKind.OBJECTION)[0].detail["reason"] == "我认识他"


def test_an_objection_under_way_never_hits_the_next_mediator(scene: Scene, browser: Browser) -> None:
    browser.answer("object", *inside.OBJECT)
    Reassign(scene.wiring.timers).override(CASE_ID, "wang", "boss", "合适", scene.road.clock.now)
    assert goes_to(browser.post("/my/form/object/check")) == "/my/form/object"
    assert scene.facts(FactKind.OBJECTION) == []
    assert scene.case.mediator == "wang"


def test_once_the_session_is_open_he_is_told_what_he_can_do(scene: Scene, browser: Browser) -> None:
    now = scene.road.clock.now
    Schedule(scene.wiring.timers).offer(CASE_ID, OFFER, "li", now)
    Schedule(scene.wiring.timers).book(CASE_ID, WED, now)
    scene.road.clock.now = WED
    browser.enter(_token(scene))
    browser.answer("object", *inside.OBJECT)
    Session(scene.wiring.timers, lambda *_: []).open(CASE_ID, "li", WED)
    assert "object" not in text(browser.get("/my"))
    answer = browser.post("/my/form/object/check")
    assert answer.status_code == 200
    assert "/my/form/complain" in text(answer)
    assert scene.case.mediator == "li"


def test_who_objected_twice_is_sent_to_a_person(scene: Scene, browser: Browser) -> None:
    directory.put(replace(WANG, id="zhao"))
    for _ in range(2):
        inside.send(browser, "object", inside.OBJECT)
        browser.get("/my/form/object?again=1")
    page = text(browser.get("/my/form/object/ground"))
    assert "<form" not in page
    assert "/my/form/ask" in page
    assert scene.case.mediator == "zhao"


def _token(scene: Scene) -> str:
    return scene.sms.sent[0].text.rpartition("/n/")[2][:22]
