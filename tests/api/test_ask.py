"""Asking over HTTP: the guide answers first; what is left is asked, answered and seen."""

from __future__ import annotations

import pytest

from chalicelib.borrower import questions
from chalicelib.domain.codes import FactKind, Outcome
from chalicelib.domain.errors import NotFound
from chalicelib.store import cases, waiting
from tests.api import inside
from tests.api.browser import Browser, goes_to, text
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return inside.enter(scene)


def test_the_guide_answers_before_anything_is_written(scene: Scene, browser: Browser) -> None:
    assert "调解是怎样进行的？" in text(browser.get("/my/form/ask/topic"))
    assert goes_to(browser.post("/my/form/ask/topic", {"topic": "mediation"})) == "/my/form/ask/mediation"
    assert "提前几天邀请双方" in text(browser.get("/my/form/ask/mediation"))
    assert scene.facts(FactKind.QUESTION) == []


def test_a_question_is_listed_answered_and_seen(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "ask", inside.QUESTION)
    (asked,) = questions.of_case(CASE_ID)
    assert (asked.topic, asked.text, asked.answered_at) == ("mediation", "要多久？", None)
    now = scene.road.clock.now
    (listed,) = waiting.since(FactKind.QUESTION, now.date(), now)
    assert (listed.case_id, listed.reference) == (CASE_ID, asked.reference)
    page = text(browser.get("/my/questions"))
    assert "要多久？" in page
    assert "还没有答复" in page
    assert questions.answer(CASE_ID, asked.reference, "<b>一般两周。", now)
    assert list(waiting.since(FactKind.QUESTION, now.date(), now)) == []
    page = text(browser.get("/my/questions"))
    assert "&lt;b&gt;一般两周。" in page
    assert "还没有答复" not in page


def test_an_answer_stands(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "ask", inside.QUESTION)
    (asked,) = questions.of_case(CASE_ID)
    assert questions.answer(CASE_ID, asked.reference, "一", scene.road.clock.now)
    assert not questions.answer(CASE_ID, asked.reference, "二", scene.road.clock.now)
    assert questions.of_case(CASE_ID)[0].answer == "一"
    with pytest.raises(NotFound):
        questions.answer(CASE_ID, "Q-AAAA-AAAA", "一", scene.road.clock.now)


def test_sent_from_two_tabs_it_is_one_question(scene: Scene, browser: Browser) -> None:
    browser.answer("ask", *inside.QUESTION)
    for tab in (browser, Browser(jar=browser.jar)):
        tab.post("/my/form/ask/check")
    assert len(scene.facts(FactKind.QUESTION)) == 1


def test_a_settled_case_may_be_asked_about(scene: Scene, browser: Browser) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", scene.road.clock.now)
    inside.send(browser, "ask", inside.QUESTION)
    assert "要多久？" in text(browser.get("/my/questions"))


def test_who_has_asked_nothing_sees_so(browser: Browser) -> None:
    assert "您还没有提过问题" in text(browser.get("/my/questions"))
