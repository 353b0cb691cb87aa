"""The plan's page: what is next, what he can do; and asking for another plan, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from chalicelib.domain.codes import CaseStatus, FactKind, Stage
from chalicelib.domain.keys import CaseId
from chalicelib.domain.matching import credited
from chalicelib.domain.repayment_plan import monthly
from chalicelib.store import cases, facts, plans, waiting, waits
from chalicelib.store.heads import update
from chalicelib.store.rows import CaseRow
from chalicelib.store.waits import Wait
from tests.api import inside
from tests.api.browser import Browser, text
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

PLAN = monthly("CNY", 1_000_001, 3, date(2026, 12, 3))


@pytest.fixture
def borrower(scene: Scene) -> Browser:
    """A borrower whose plan is in force."""
    browser = inside.enter(scene)
    plans.append(CASE_ID, PLAN, NOON)
    stand(CaseStatus.PLAN_ACTIVE)
    return browser


def stand(status: CaseStatus, case_id: CaseId = CASE_ID) -> None:
    update(case_id, [CaseRow.status.set(status.value)], CaseRow.generation == case_id.generation)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN", ("下一期：2026年12月3日前还款人民币2,333.33元", "这一期我还不上", "其中人民币2,333.33元")),
        ("en", ("Next: CNY 2,333.33 by 3 December 2026", "I cannot pay this instalment")),
    ],
)
def test_the_page_says_what_is_next_and_what_he_can_do(
    borrower: Browser, language: str, said: tuple[str, ...]
) -> None:
    plans.append(CASE_ID, credited(PLAN, 100_000), NOON)
    borrower.language = language
    page = text(borrower.get("/my/plan"))
    for words in said[:2]:
        assert words in page
    assert "宽限期已过" not in page
    assert "grace are over" not in page


def test_after_a_breach_it_names_his_choices(borrower: Browser) -> None:
    stand(CaseStatus.BREACHED)
    page = text(borrower.get("/my/plan"))
    assert "您可以还款、申请调整还款计划或者投诉" in page


def test_asking_in_time_is_on_record_and_on_the_staffs_list(scene: Scene, borrower: Browser) -> None:
    inside.send(borrower, "renegotiate", inside.RENEGOTIATE)
    (fact,) = facts.of(CASE_ID, FactKind.RENEGOTIATION)
    assert (fact.detail["why"], fact.detail["monthly"], fact.detail["generation"]) == ("ILLNESS", 50_000, 1)
    assert fact.detail["reference"].startswith("N")
    assert len(list(waiting.since(FactKind.RENEGOTIATION, NOON.date(), NOON))) == 1
    assert cases.get(CASE_ID).status == CaseStatus.PLAN_ACTIVE
    borrower.post("/my/form/renegotiate/check")
    assert len(facts.of(CASE_ID, FactKind.RENEGOTIATION)) == 1


def test_asking_after_a_breach_lets_mediation_meet_again_and_wakes_the_plan(
    scene: Scene, borrower: Browser
) -> None:
    stand(CaseStatus.BREACHED)
    waits.put(
        Wait(CASE_ID, Stage.BREACHED, Stage.BREACHED, "token-p", datetime(2027, 1, 1, tzinfo=NOON.tzinfo))
    )
    inside.send(borrower, "renegotiate", inside.RENEGOTIATE)
    assert cases.get(CASE_ID).status == CaseStatus.ADJOURNED
    assert [signal[:2] for signal in scene.machine.signals][-1] == ("token-p", "success")


@pytest.mark.parametrize("status", [CaseStatus.FEEDBACK, CaseStatus.ADJOURNED])
def test_without_a_plan_in_force_there_is_nothing_to_change(borrower: Browser, status: CaseStatus) -> None:
    stand(status)
    assert "目前没有执行中的还款计划" in text(borrower.get("/my/form/renegotiate"))
    assert "这一期我还不上" not in text(borrower.get("/my/plan"))


def test_a_paid_plan_asks_for_nothing(borrower: Browser) -> None:
    plans.append(CASE_ID, replace(credited(PLAN, PLAN.total), sequence=9), NOON)
    page = text(borrower.get("/my/plan"))
    assert "还不上" not in page
    assert "下一期" not in page
