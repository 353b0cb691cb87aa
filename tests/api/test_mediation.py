"""A borrower's part in his mediation over HTTP: he picks a time, states his case, asks for more time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.moments import stamp
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.schedule import Schedule
from chalicelib.mediation.statements import state
from chalicelib.store import bookings, cases, meetings, together
from chalicelib.store.facts import Fact
from tests.api import inside
from tests.api.browser import Browser, goes_to, text
from tests.mediation.test_road import OFFER, OTHER, THU, WED
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture
def browser(scene: Scene) -> Browser:
    """A borrower whose mediator offers two times."""
    found, now = inside.enter(scene), scene.road.clock.now
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "apply", "M-1", {"mode": "TELEPHONE"}, now))
    Accept(scene.wiring.timers)(CASE_ID, "staff-1", now)
    case = cases.get(CASE_ID)
    assigned = standing.at(replace(case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    standing.move(case, assigned, Fact(CASE_ID, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"}))
    Schedule(scene.wiring.timers).offer(CASE_ID, OFFER, "m-1", now)
    return found


def _check(browser: Browser, journey: str, page: str, form: dict[str, str]) -> None:
    browser.answer(journey, (page, form))


def test_he_picks_a_time_and_finds_it_under_his_meeting(scene: Scene, browser: Browser) -> None:
    home = text(browser.get("/my"))
    assert "/my/form/meeting_time" in home
    page = text(browser.get("/my/form/meeting_time/time"))
    assert "12月2日" in page
    assert "14:00" in page
    _check(browser, "meeting_time", "time", {"time": stamp(WED)})
    assert goes_to(browser.post("/my/form/meeting_time/check")) == "/my/form/meeting_time/done"
    assert "/my/meeting" in text(browser.get("/my/form/meeting_time/done"))
    assert "400-000-0009" in text(browser.get("/my/meeting"))
    assert scene.case.status == CaseStatus.SCHEDULED


def test_a_time_that_somebody_takes_at_that_moment_is_asked_for_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(browser, "meeting_time", "time", {"time": stamp(WED)})
    free = bookings.free

    def just_before(mediator: str, wanted: Iterable[datetime]) -> list[datetime]:
        found = free(mediator, wanted)
        together.put([bookings.row_of("m-1", WED, OTHER)])  # somebody else, after the look
        return found

    monkeypatch.setattr(bookings, "free", just_before)
    answer = browser.post("/my/form/meeting_time/check")
    assert answer.status_code == 400
    assert "刚刚被预约" in text(answer)
    assert stamp(WED) not in text(answer)
    assert stamp(THU) in text(answer)
    assert meetings.get(CASE_ID) is None


def test_with_no_time_left_he_may_say_which_would_suit(scene: Scene, browser: Browser) -> None:
    together.put([bookings.row_of("m-1", at, OTHER) for at in (WED, THU)])
    page = text(browser.get("/my/form/meeting_time"))
    assert "/my/form/reschedule" in page


def test_both_statements_can_be_read_by_him(scene: Scene, browser: Browser) -> None:
    now = scene.road.clock.now
    state(CASE_ID, Party.CREDITOR, "已多次<b>提醒</b>。", "c1", "bank-1", now)
    _check(browser, "statement", "statement", {"text": "我失业了。\n希望分期。"})
    browser.post("/my/form/statement/check")
    page = text(browser.get("/my/statements"))
    for said in ("我失业了。", "希望分期。", "&lt;b&gt;", "贷款方"):
        assert said in page
    assert "S-" in text(browser.get("/my/sent"))


def test_more_time_needs_both_sides(scene: Scene, browser: Browser) -> None:
    assert "/my/form/extend" in text(browser.get("/my"))
    _check(browser, "extend", "sure", {"sure": "UNDERSTOOD"})
    assert goes_to(browser.post("/my/form/extend/check")) == "/my/form/extend/done"
    assert [fact.which for fact in scene.facts(FactKind.EXTENSION)] == [("BORROWER",)]


@pytest.mark.parametrize("journey", ["meeting_time", "statement", "extend"])
def test_without_a_mediation_there_is_nothing_to_do(scene: Scene, journey: str) -> None:
    browser = inside.enter(scene)
    page = browser.get(f"/my/form/{journey}")
    assert page.status_code == 200
    assert "<form" not in text(page)
    assert browser.get("/my/statements").status_code == 200
