"""A mediation in writing over HTTP: its three parties read and write it, by pages; nobody else's comes in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.messages import LONGEST, write
from chalicelib.staff import case_file
from chalicelib.store import cases, directory, facts
from chalicelib.store.facts import Fact
from tests.api import inside
from tests.api.browser import Browser, goes_to, text
from tests.api.test_journey_words import HEAVIEST
from tests.mediation.test_assign import LI_JING
from tests.mediation.test_road import OTHER
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import BANK, CLERK, MEDIATOR, do

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture
def applied(scene: Scene) -> Browser:
    """A borrower whose application is accepted; nobody mediates yet."""
    found, now = inside.enter(scene), scene.road.clock.now
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "apply", "M-1", {"mode": "TELEPHONE"}, now))
    Accept(scene.wiring.timers)(CASE_ID, "staff-1", now)
    return found


@pytest.fixture
def browser(scene: Scene, applied: Browser) -> Browser:
    """A borrower whose mediator is Li Jing, known as m-1."""
    directory.put(replace(LI_JING, id="m-1"))
    case, now = cases.get(CASE_ID), scene.road.clock.now
    assigned = standing.at(replace(case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    standing.move(case, assigned, Fact(CASE_ID, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"}))
    return applied


def _said(scene: Scene, count: int, words: str = "第{}条。", party: Party = Party.MEDIATOR) -> None:
    for number in range(count):
        at = scene.road.clock.now + timedelta(seconds=number)
        write(CASE_ID, party, words.format(number), f"k{number}", "m-1", at)


def _write(browser: Browser, words: str) -> None:
    browser.get("/my/form/message?again=1")
    inside.send(browser, "message", (("text", {"text": words}),))


def test_what_he_writes_reaches_the_mediator_and_the_lender(scene: Scene, browser: Browser) -> None:
    _write(browser, "我每月能还三百。\n可以吗？")
    assert "/my/talk" in text(browser.get("/my/form/message/done"))
    browser.post("/my/form/message/check")
    (fact,) = scene.facts(FactKind.MESSAGE)
    assert fact.which[0] == Party.BORROWER
    for actor in (MEDIATOR, BANK):
        (read,) = [one for one in case_file.read(actor, CASE_ID).timeline if one.kind == FactKind.MESSAGE]
        assert read.detail["text"] == "我每月能还三百。\n可以吗？"
    reference = fact.detail["reference"]
    assert reference.startswith("X-")
    assert "我每月能还三百。" in text(browser.get(f"/my/sent/{reference}"))
    page = text(browser.get("/my/talk"))
    assert "<p>我每月能还三百。<br>可以吗？</p>" in page


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh-CN", ("贷款方", "调解员 李静", "您")), ("en", ("The lender", "Mediator Li Jing", "You"))],
)
def test_he_reads_who_wrote_what_and_when_the_oldest_first(
    scene: Scene, browser: Browser, language: str, told: tuple[str, ...]
) -> None:
    browser.language = language
    clock = scene.road.clock
    do(scene, BANK, "write_message", text="We can wait a month.")
    clock.now += timedelta(minutes=1)
    do(scene, MEDIATOR, "write_message", text="Is that enough?")
    clock.now += timedelta(minutes=1)
    _write(browser, "Yes.")
    page = text(browser.get("/my/talk"))
    heads = [f'<h2 class="step">{who}</h2>' for who in told]
    places = [
        page.index(part) for pair in zip(heads, ("wait", "enough", "Yes."), strict=True) for part in pair
    ]
    assert places == sorted(places)
    assert f"{clock.now.astimezone(standing.zone_of(scene.case)):%H:%M}" in page
    assert "/my/form/message" in page


def test_hostile_words_stay_words(scene: Scene, browser: Browser) -> None:
    do(scene, MEDIATOR, "write_message", text="<script>alert(1)</script>{{7*7}}\u202e")
    _write(browser, "<img src=x onerror=alert(1)>")
    page = text(browser.get("/my/talk"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}</p>" in page
    assert "&lt;img src=x" in page
    assert "<script" not in page
    assert "<img" not in page


def test_a_long_talk_comes_ten_at_a_time(scene: Scene, browser: Browser) -> None:
    _said(scene, 23)
    newest = text(browser.get("/my/talk"))
    assert [f"<p>第{number}条。</p>" in newest for number in (12, 13, 22)] == [False, True, True]
    assert "before=13" in newest
    older = text(browser.get("/my/talk?before=13"))
    assert [f"<p>第{number}条。</p>" in older for number in (2, 3, 12, 13)] == [False, True, True, False]
    oldest = text(browser.get("/my/talk?before=3"))
    assert "<p>第0条。</p>" in oldest
    assert "before=" not in oldest
    for odd in ("-1", "x", "²", "99999999", "999", ""):
        assert "<p>第22条。</p>" in text(browser.get(f"/my/talk?before={odd}")), odd


@pytest.mark.parametrize("words", ["长" * LONGEST, "'" * LONGEST, "'\n" * (LONGEST // 2)])
def test_no_page_is_heavy_however_long_they_write(scene: Scene, browser: Browser, words: str) -> None:
    _said(scene, 3, words.strip())
    before, seen = "", 0
    while True:
        page = browser.get(f"/my/talk?before={before}")
        assert len(page.body) <= HEAVIEST
        seen += text(page).count('<h2 class="step">')
        if "before=" not in text(page):
            break
        before = text(page).partition("before=")[2].partition('"')[0]
    assert seen == 3


def test_no_other_case_s_messages_are_shown(scene: Scene, browser: Browser) -> None:
    where = (OTHER, replace(CASE_ID, generation=2))
    for number, other in enumerate(where):
        facts.append(
            Fact(other, FactKind.MESSAGE, scene.road.clock.now, (Party.CREDITOR, f"o{number}"),
                 {"by": "bank", "text": "别人的话"})
        )  # fmt: skip
    _said(scene, 1)
    page = text(browser.get("/my/talk"))
    assert "<p>第0条。</p>" in page
    assert "别人的话" not in page


@pytest.mark.parametrize("path", ["/my", "/my/meeting"])
def test_it_is_offered_once_somebody_mediates(browser: Browser, path: str) -> None:
    assert "/my/talk" in text(browser.get(path))


@pytest.mark.parametrize("path", ["/my", "/my/meeting", "/my/talk", "/my/form/message"])
def test_it_is_not_offered_before(applied: Browser, path: str) -> None:
    page = text(applied.get(path))
    assert "<form" not in page
    (switch,) = re.findall('class="switch tap" href="[^"]*', page)
    assert re.search("/my/(talk|form/message)", page.replace(switch, "")) is None


def test_before_it_he_is_told_in_words(applied: Browser) -> None:
    assert "确定调解员后" in text(applied.get("/my/talk"))
    assert "现在不能写消息" in text(applied.get("/my/form/message"))


def test_when_the_case_is_closed_it_is_read_and_not_written(scene: Scene, browser: Browser) -> None:
    _said(scene, 1)
    browser.answer("message", ("text", {"text": "太晚了"}))
    cases.close(scene.case.id, Outcome.SETTLED_OUTSIDE, "", scene.road.clock.now)
    answer = browser.post("/my/form/message/check")
    assert answer.status_code == 200
    assert "<form" not in text(answer)
    assert len(scene.facts(FactKind.MESSAGE)) == 1
    page = text(browser.get("/my/talk"))
    assert "<p>第0条。</p>" in page
    assert "调解已经结束" in page
    assert "/my/form/message" not in page
    assert "/my/talk" not in text(browser.get("/my"))


def test_invariant_24_who_decides_and_accepts_reads_nothing_of_what_he_wrote(
    scene: Scene, browser: Browser
) -> None:
    _write(browser, "我只告诉调解员和对方。")
    found = case_file.read(CLERK, CASE_ID)
    assert FactKind.MESSAGE not in {fact.kind for fact in found.timeline}
    assert "我只告诉" not in repr(found)


def test_once_sent_it_is_sent_once(scene: Scene, browser: Browser) -> None:
    browser.answer("message", ("text", {"text": "一次"}))
    for _ in range(2):
        assert goes_to(browser.post("/my/form/message/check")) == "/my/form/message/done"
    assert len(scene.facts(FactKind.MESSAGE)) == 1
