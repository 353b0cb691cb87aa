"""The survey: about what has happened, once a step, counted without a name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.borrower import my_case, survey
from chalicelib.borrower.survey import Step
from chalicelib.domain.codes import FactKind, Stage
from chalicelib.domain.errors import NotFound
from chalicelib.forms.journey import Submission
from chalicelib.store import facts, meetings
from tests.api.browser import Browser, goes_to, text
from tests.api.inside import send
from tests.api.test_my_case import MEETING, ROAD
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

VIEW = {"clear": "5", "fair": "4", "trust": "2"}


@pytest.fixture
def answered(scene: Scene) -> Browser:
    """A browser whose borrower has replied."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    browser = Browser(language="en")
    browser.enter(found.group(1))
    assert "/my/form/survey" not in text(browser.get("/my")), "nothing has happened yet"
    assert "nothing to ask" in text(browser.get("/my/form/survey"))
    send(browser, "feedback", ROAD)
    return browser


def _tell(browser: Browser, about: str, **view: str) -> None:
    browser.get("/my/form/survey?again=1")
    check = browser.answer("survey", ("view", VIEW | view), ("comment", {"comment": ""}))
    assert Step(about).value not in text(check), "a code is no word"
    assert "/my/form/survey/about" not in text(check), "there was nothing to choose"
    assert goes_to(browser.post("/my/form/survey/check")) == "/my/form/survey/done"


def test_a_step_is_judged_once_and_never_asked_about_again(answered: Browser, counted: Counter[str]) -> None:
    assert "/my/form/survey" in text(answered.get("/my"))
    _tell(answered, "FEEDBACK")
    (fact,) = facts.of(CASE_ID, FactKind.SURVEY)
    assert fact.which == ("FEEDBACK",)
    assert {name: fact.detail[name] for name in VIEW} == VIEW
    assert (counted["SurveyClear"], counted["SurveyFair"], counted["SurveyTrust"]) == (5, 4, 2)
    answered.post("/my/form/survey/check")
    assert counted["SurveyClear"] == 5
    assert "/my/form/survey" not in text(answered.get("/my"))


def test_a_later_step_is_asked_about_anew(scene: Scene, answered: Browser) -> None:
    _tell(answered, "FEEDBACK")
    meetings.append(CASE_ID, replace(MEETING, at=NOON), NOON)
    assert "/my/form/survey" not in text(answered.get("/my")), "it is still being held"
    scene.road.clock.advance(minutes=25)
    answered.get("/my")
    scene.road.clock.advance(minutes=25)
    answered.get("/my")
    scene.road.clock.advance(minutes=25)
    assert "/my/form/survey" in text(answered.get("/my"))
    _tell(answered, "MEETING")
    assert {fact.which for fact in facts.of(CASE_ID, FactKind.SURVEY)} == {("FEEDBACK",), ("MEETING",)}


def test_what_has_not_happened_is_not_asked_about(answered: Browser) -> None:
    page = answered.post("/my/form/survey/about", {"about": "AGREEMENT"})
    assert page.status_code == 400


def test_a_submission_about_another_step_is_refused(scene: Scene, answered: Browser) -> None:
    open_now = survey.open_steps(my_case.read(scene.case, NOON))
    assert open_now == [Step.FEEDBACK]
    sent = Submission("x", "survey", "V-1", {"about": "AGREEMENT", **VIEW}, NOON)
    with pytest.raises(NotFound):
        survey.tell(CASE_ID, sent, open_now)
    right = Submission("x", "survey", "V-1", {"about": "FEEDBACK", **VIEW}, NOON)
    assert survey.tell(CASE_ID, right, open_now)
    assert not survey.tell(CASE_ID, right, open_now)
    assert not survey.tell(CASE_ID, right, [])


def test_only_one_step_behind_him_is_not_asked_for(scene: Scene, answered: Browser) -> None:
    start = text(answered.get("/my/form/survey"))
    assert "/my/form/survey/view" in start
    assert "/my/form/survey/about" not in start
    assert 'class="step"><a class="tap" href="/my?' in text(answered.get("/my/form/survey/view")), "back"
    meetings.append(CASE_ID, replace(MEETING, at=NOON - timedelta(days=1)), NOON)
    start = text(answered.get("/my/form/survey"))
    assert "/my/form/survey/about" in start, "of two he chooses one"


def test_a_step_that_came_behind_him_on_the_way_is_asked_for(scene: Scene, answered: Browser) -> None:
    answered.get("/my/form/survey/view")
    meetings.append(CASE_ID, replace(MEETING, at=NOON - timedelta(days=1)), NOON)
    assert goes_to(answered.post("/my/form/survey/view", VIEW)) == "/my/form/survey/comment"
    answered.post("/my/form/survey/comment", {"comment": ""})
    assert goes_to(answered.get("/my/form/survey/check")) == "/my/form/survey/about"


def test_what_he_said_is_shown_in_words(answered: Browser) -> None:
    _tell(answered, "FEEDBACK")
    (reference,) = set(re.findall(r"/my/sent/(V-[A-Z2-7]{4}-[A-Z2-7]{4})", text(answered.get("/my/sent"))))
    page = text(answered.get(f"/my/sent/{reference}"))
    assert "My reply to the notice" in page
    assert "FEEDBACK" not in page
