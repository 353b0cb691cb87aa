"""One question a page: nothing typed twice, nothing lost, nothing sent twice."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.codes import CaseStatus, FactKind, Stage
from chalicelib.store import cases, facts
from tests.api.browser import Browser, goes_to, text
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

ROAD: tuple[tuple[str, dict[str, str]], ...] = (
    ("reason", {"reason": "UNEMPLOYMENT"}),
    ("income", {}),
    ("pay", {}),
    ("words", {"text": "公司裁员，\r\n正在找工作"}),
    ("mediation", {"wish": "YES"}),
    ("mode", {"mode": "TELEPHONE"}),
    ("more", {}),
)


@pytest.fixture
def inside(scene: Scene) -> Browser:
    """A browser past the second factor."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    browser = Browser()
    browser.enter(found.group(1))
    return browser


def test_questions_lead_to_the_check_and_the_check_to_the_confirmation(inside: Browser) -> None:
    assert goes_to(inside.get("/my/form/feedback")) == "/my/form/feedback/reason"
    check = text(inside.answer("feedback", *ROAD))
    for shown in ("失业", "公司裁员，\n正在找工作", "愿意调解"):
        assert shown in check, shown
    assert goes_to(inside.post("/my/form/feedback/check")) == "/my/form/feedback/done"
    assert re.search(r"F-[A-Z2-7]{4}-[A-Z2-7]{4}", text(inside.get("/my/form/feedback/done")))
    (given,) = facts.of(CASE_ID, FactKind.FEEDBACK)
    assert given.detail["text"] == "公司裁员，\n正在找工作"
    assert cases.get(CASE_ID).status == CaseStatus.APPLIED


def test_sending_twice_does_nothing_twice(inside: Browser) -> None:
    inside.answer("feedback", *ROAD)
    for _ in range(3):
        assert goes_to(inside.post("/my/form/feedback/check")) == "/my/form/feedback/done"
    assert len(facts.of(CASE_ID, FactKind.FEEDBACK)) == 1


def test_a_page_that_an_answer_makes_needless_is_not_asked_nor_sent(inside: Browser) -> None:
    inside.answer("feedback", *ROAD)
    assert goes_to(inside.post("/my/form/feedback/mediation", {"wish": "NO", "to": "check"})).endswith(
        "/check"
    )
    assert "电话" not in text(inside.get("/my/form/feedback/check"))
    inside.post("/my/form/feedback/check")
    assert "mode" not in facts.of(CASE_ID, FactKind.FEEDBACK)[0].detail


def test_an_unfinished_journey_goes_on_where_it_stopped(inside: Browser) -> None:
    inside.answer("feedback", *ROAD[:4])
    assert goes_to(inside.get("/my/form/feedback")) == "/my/form/feedback/mediation"
    assert goes_to(inside.get("/my/form/feedback/check")) == "/my/form/feedback/mediation"
    assert "公司裁员" in text(inside.get("/my/form/feedback/words"))


def test_a_fault_keeps_what_was_typed_and_names_itself_twice(inside: Browser) -> None:
    inside.answer("feedback", *ROAD[:1])
    page = inside.post("/my/form/feedback/words", {"text": "长" * 1001})
    assert page.status_code == 400
    assert text(page).count("补充说明最多 1000 个字，请删减") == 2
    assert "长" * 1001 in text(page)
    assert "<title>错误：" in text(page)


def test_switching_the_language_keeps_what_was_typed(inside: Browser) -> None:
    page = inside.post("/my/form/feedback/words?lang=en", {"text": "half a word", "switch": "1"})
    assert page.status_code == 200
    assert "half a word" in text(page)
    assert '<html lang="en">' in text(page)
    assert facts.of(CASE_ID, FactKind.FEEDBACK) == []


def test_two_tabs_on_two_pages_lose_nothing(inside: Browser) -> None:
    other = Browser(jar=inside.jar)
    inside.answer("feedback", *ROAD[:4])
    other.answer("feedback", *ROAD[4:])
    assert inside.get("/my/form/feedback/check").status_code == 200


def test_an_unknown_journey_or_page_is_not_found(inside: Browser) -> None:
    assert inside.get("/my/form/nothing").status_code == 404
    assert inside.get("/open/form/feedback").status_code == 404
    assert goes_to(inside.get("/my/form/feedback/nothing")) == "/my/form/feedback"
    assert inside.post("/my/form/feedback/nothing").status_code == 404
