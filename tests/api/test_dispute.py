"""Disputing over HTTP: on record and held at once; a message on its way does not leave."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, HoldKind, Purpose, Stage
from chalicelib.domain.person import Contact
from chalicelib.store import cases, claims, persons, waiting
from tests.api import inside
from tests.api.browser import Browser, text
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return inside.enter(scene)


def _kind(code: str) -> inside.Road:
    return (("kind", {"kind": code}), ("words", {"text": ""}))


def test_a_dispute_is_held_listed_and_wakes_the_case(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "dispute", inside.DISPUTE)
    (fact,) = scene.facts(FactKind.DISPUTE)
    assert fact.detail["paid_on"] == "2026-11-01"
    assert (fact.detail["paid_amount"], fact.detail["currency"]) == (120_000, "CNY")
    assert scene.case.holds == {"DISPUTE"}
    assert scene.case.status == CaseStatus.FEEDBACK
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]
    now = scene.road.clock.now
    (listed,) = waiting.since(FactKind.DISPUTE, now.date(), now)
    assert (listed.case_id, listed.reference) == (CASE_ID, fact.detail["reference"])
    done = text(browser.get("/my/form/dispute/done"))
    for said in ("在异议得到答复之前，不会再有人", "/my/evidence", fact.detail["reference"]):
        assert said in done, said


@pytest.mark.parametrize(
    ("code", "hold"),
    [
        ("NOT_MINE", HoldKind.DISPUTE),
        ("FRAUD_VICTIM", HoldKind.DISPUTE),
        ("IDENTITY_THEFT", HoldKind.IDENTITY_THEFT),
    ],
)
def test_each_kind_lays_its_hold(scene: Scene, browser: Browser, code: str, hold: HoldKind) -> None:
    inside.send(browser, "dispute", _kind(code))
    assert scene.case.holds == {hold.value}


def test_the_amount_he_thinks_right_may_be_nothing(scene: Scene, browser: Browser) -> None:
    road: inside.Road = (("kind", {"kind": "AMOUNT_WRONG"}), ("amount", {"right_amount": "0"}), ("words", {}))
    inside.send(browser, "dispute", road)
    assert scene.facts(FactKind.DISPUTE)[0].detail["right_amount"] == 0


def test_another_kind_needs_words(browser: Browser) -> None:
    browser.answer("dispute", ("kind", {"kind": "OTHER"}))
    assert browser.post("/my/form/dispute/other", {"text": " "}).status_code == 400


def test_nothing_is_sent_under_a_dispute(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "dispute", inside.DISPUTE)
    sent = len(scene.sms.sent) + len(scene.mail.sent)
    scene.road.clock.advance(days=3)
    scene.run(Stage.REMIND)
    assert len(scene.sms.sent) + len(scene.mail.sent) == sent


def test_a_claim_that_rests_on_the_case_before_fails(scene: Scene, browser: Browser) -> None:
    """He has applied, so the status stays: it is the hold that stops the sender (store/claims.py)."""
    inside.send(browser, "apply", inside.APPLY)
    before, now = cases.get(CASE_ID), scene.road.clock.now
    inside.send(browser, "dispute", inside.DISPUTE)
    assert scene.case.status == CaseStatus.APPLIED
    contact = Contact(now, ChannelName.SMS, Purpose.MEDIATION, before.lender, CASE_ID.loan_key)
    person = persons.get(before.borrower.person)
    assert claims.claim(before, person, "meeting_invitation#SMS", "a@1", contact) is None
    held = cases.get(CASE_ID)
    assert claims.claim(held, person, "meeting_invitation#SMS", "a@1", contact) is not None


def test_a_second_dispute_is_a_second_fact_and_a_repeat_is_none(scene: Scene, browser: Browser) -> None:
    inside.send(browser, "dispute", inside.DISPUTE)
    scene.road.clock.advance(seconds=1)
    inside.send(browser, "dispute", _kind("IDENTITY_THEFT"))
    for tab in (browser, Browser(jar=browser.jar)):
        tab.post("/my/form/dispute/check")
    assert [fact.detail["kind"] for fact in scene.facts(FactKind.DISPUTE)] == [
        "ALREADY_PAID",
        "IDENTITY_THEFT",
    ]
    assert scene.case.holds == {"DISPUTE", "IDENTITY_THEFT"}


def test_repeating_a_sending_that_died_before_its_mark_changes_nothing(
    scene: Scene, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.answer("dispute", *inside.DISPUTE)
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.store.drafts.mark_sent", lambda *args: 1 / 0)
        assert browser.post("/my/form/dispute/check").status_code == 500
    rows = [row for row in scene.rows() if "DRAFT" not in row["sk"]["S"]]
    scene.road.clock.advance(minutes=5)
    browser.post("/my/form/dispute/check")
    assert [row for row in scene.rows() if "DRAFT" not in row["sk"]["S"]] == rows
    assert len(scene.facts(FactKind.DISPUTE)) == 1


@pytest.mark.parametrize("journey", ["apply", "dispute"])
def test_who_applied_or_disputed_first_reads_the_notice_and_may_still_give_feedback(
    scene: Scene, browser: Browser, journey: str
) -> None:
    inside.send(browser, journey, {"apply": inside.APPLY, "dispute": inside.DISPUTE}[journey])
    assert "2026年11月23日" in text(browser.get("/my/notice"))
    assert browser.get("/my/form/feedback/reason").status_code == 200


def test_the_box_for_a_sum_has_its_unit_where_the_reader_expects_it(browser: Browser) -> None:
    browser.post("/my/form/dispute/kind", {"kind": "AMOUNT_WRONG"})
    chinese = text(browser.get("/my/form/dispute/amount?lang=zh-CN"))
    assert re.search(r'class="money"><input [^>]*><span aria-hidden="true">元</span></p>', chinese)
    assert "CNY" not in chinese
    english = text(browser.get("/my/form/dispute/amount?lang=en"))
    assert re.search(r'class="money"><span aria-hidden="true">CNY</span><input [^>]*></p>', english)
