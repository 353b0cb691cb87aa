"""Complaining over HTTP, in a case and as a stranger; seen again only by who made it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.domain.codes import FactKind, Outcome
from chalicelib.store import cases, complaints, waiting
from tests.api import inside
from tests.api.browser import Browser, text
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
PERSONAL = ["13800138001", "某公司", "一天打了十次电话"]


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return inside.enter(scene)


def stranger() -> Browser:
    """A guest: his first page begins his session."""
    found = Browser()
    found.get("/open/form/complain")
    return found


def complain(found: Browser) -> str:
    """Complain as a stranger; returns the reference."""
    inside.send(found, "complain", (*inside.COMPLAINT, *inside.YOU), root="/open/form")
    told = re.search(r"C-[A-Z2-7]{4}-[A-Z2-7]{4}", text(found.get("/open/form/complain/done")))
    assert told
    return told.group()


def see(found: Browser, reference: str, contact: str) -> tuple[int, str]:
    page = found.post("/open/complaint", {"reference": reference, "contact": contact})
    return page.status_code, text(page)


def test_a_complaint_has_its_clocks_from_the_profile(
    scene: Scene, browser: Browser, counted: Counter[str]
) -> None:
    inside.send(browser, "complain", inside.COMPLAINT)
    (kept,) = complaints.of_case(CASE_ID)
    assert (kept.acknowledge_by.isoformat(), kept.decide_by.isoformat()) == ("2026-11-24", "2026-12-08")
    assert (kept.lender, kept.profile_version, kept.contact) == ("demo-bank", "CN@1", "")
    assert kept.said == {"about": "某公司", "when": "昨天", "text": "一天打了十次电话", "wanted": "道歉"}
    (fact,) = scene.facts(FactKind.COMPLAINT)
    assert fact.detail == {"reference": kept.reference, "category": "COLLECTION"}
    done = text(browser.get("/my/form/complain/done"))
    for said in (kept.reference, "2026年11月24日", "2026年12月8日", "12378", "不利", "还款"):
        assert said in done, said
    assert counted["Complaint"] == 1


def test_a_complaint_holds_collection_and_wakes_nobody(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "complain", inside.COMPLAINT)
    assert scene.case.holds == {"COMPLAINT"}
    assert not scene.case.answered
    assert scene.machine.signals == []


@pytest.mark.parametrize("when", ["before", "between"])
def test_a_settled_case_takes_complaints(scene: Scene, browser: Browser, when: str) -> None:
    if when == "between":
        browser.answer("complain", *inside.COMPLAINT)
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", scene.road.clock.now)
    inside.send(browser, "complain", inside.COMPLAINT)
    assert len(complaints.of_case(CASE_ID)) == len(scene.facts(FactKind.COMPLAINT)) == 1
    assert scene.case.holds == frozenset()


def test_sent_from_two_tabs_it_is_one_complaint(
    scene: Scene, browser: Browser, counted: Counter[str]
) -> None:
    browser.answer("complain", *inside.COMPLAINT)
    for tab in (browser, Browser(jar=browser.jar)):
        tab.post("/my/form/complain/check")
    now = scene.road.clock.now
    assert len(list(waiting.since(FactKind.COMPLAINT, now.date(), now))) == 1
    assert counted["Complaint"] == 1


def test_a_stranger_complains_and_sees_it_again_anywhere(scene: Scene) -> None:
    reference = complain(stranger())
    (kept,) = complaints.find(reference)
    assert (kept.case_id, kept.lender, kept.contact) == (None, "", "13800138001")
    status, page = see(stranger(), f" {reference.lower()} ", "１３８-0013-8001")
    assert status == 200
    for said in (reference, "催收的方式", "2026年11月24日", "2026年12月8日"):
        assert said in page, said
    assert not [one for one in PERSONAL if one in page]


def test_a_stranger_may_name_a_case_and_is_shown_nothing_of_it(scene: Scene, browser: Browser) -> None:
    found = stranger()
    you = {"contact": "a@example.com", "case_reference": CASE_ID.reference}
    inside.send(found, "complain", (*inside.COMPLAINT, ("you", you)), root="/open/form")
    assert scene.facts(FactKind.COMPLAINT) == []
    assert scene.case.holds == frozenset()
    assert "示范银行" not in text(found.get("/open/form/complain/done"))


def test_unknown_and_wrong_are_answered_alike_and_lock_alike(scene: Scene) -> None:
    known, unknown, found = complain(stranger()), "C-AAAA-AAAA", stranger()
    for number in range(6):
        pages = [see(found, one, f"1380013{number:04d}") for one in (known, unknown)]
        assert pages[0][1].replace(known, "") == pages[1][1].replace(unknown, "")
        assert {status for status, _ in pages} == {429 if number == 5 else 400}
    assert see(found, known, "13800138001")[0] == 429, "also for who knows the contact"
    scene.road.clock.advance(hours=25)
    assert see(stranger(), known, "13800138001")[0] == 200


def test_a_right_try_gives_all_tries_back(scene: Scene) -> None:
    reference, found = complain(stranger()), stranger()
    for _ in range(3):
        for _ in range(4):
            assert see(found, reference, "13900000000")[0] == 400
        assert see(found, reference, "13800138001")[0] == 200


@pytest.mark.parametrize(
    ("reference", "contact"), [("", "13800138001"), ("C-AAAA-AAAA", ""), ("x" * 300, "y"), ("C-1-1", "1")]
)
def test_what_can_be_nothing_costs_no_try(scene: Scene, reference: str, contact: str) -> None:
    found, rows = stranger(), scene.rows()
    assert see(found, reference, contact)[0] == 400
    assert scene.rows() == rows


def test_a_verified_complaint_is_not_open_to_strangers(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "complain", inside.COMPLAINT)
    (kept,) = complaints.of_case(CASE_ID)
    for contact in ("13800138000", "zhangwei@example.com"):
        assert see(stranger(), kept.reference, contact)[0] == 400


def test_a_strangers_page_is_asked_of_strangers_alone(browser: Browser) -> None:
    assert browser.post("/my/form/complain/you", {"contact": "13800138001"}).status_code == 404


def test_two_complaints_under_one_reference_are_both_kept(scene: Scene) -> None:
    reference = complain(stranger())
    (first,) = complaints.find(reference)
    assert complaints.receive(replace(first, id="another", contact="b@example.com"))
    assert len(complaints.find(reference)) == 2
    assert see(stranger(), reference, "b@example.com")[0] == 200
