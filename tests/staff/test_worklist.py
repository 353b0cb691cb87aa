"""The worklist: what each may see, the latest first, filtered, in pages; and as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.actor import Actor
from chalicelib.domain.codes import CaseStatus
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.staff import worklist
from chalicelib.staff.sheet import neutral, sheet
from chalicelib.store import printed, staff_lists
from tests.complaints.desk import Desk
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import ANNA, AUDITOR, BANK, BOSS, CLERK, MEDIATOR, OTHER_BANK, STRANGER, do


@pytest.fixture
def waiting(scene: Scene) -> Desk:
    """A case that was applied for, and a complaint made in it."""
    found = Desk(scene)
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "", "W-a", {"mode": "TELEPHONE"}, found.now))
    return found


def _seen(of: Desk, actor: Actor, **chosen: str) -> list[str]:
    return [one.reference for one in worklist.page(actor, chosen, of.now).items]


def test_each_sees_what_is_his_to_see(waiting: Desk) -> None:
    case, complaint = CASE_ID.reference, waiting.reference
    assert set(_seen(waiting, BOSS)) == set(_seen(waiting, AUDITOR)) == {case, complaint}
    assert set(_seen(waiting, ANNA)) == {case, complaint}
    assert _seen(waiting, CLERK) == _seen(waiting, BANK) == [case]
    assert _seen(waiting, OTHER_BANK) == _seen(waiting, MEDIATOR) == _seen(waiting, STRANGER) == []


def test_the_latest_comes_first_with_the_hours_left(waiting: Desk) -> None:
    items = worklist.page(BOSS, {}, waiting.now).items
    assert list(items) == sorted(items, key=lambda one: one.due_at)
    late = waiting.after(days=40)
    assert all(one.hours_left(late) < 0 for one in items)
    assert len(worklist.page(BOSS, {"late": "1"}, late).items) == len(items)
    assert _seen(replace(waiting), BOSS, late="1")


def test_filters_narrow_it(waiting: Desk) -> None:
    assert (
        _seen(waiting, BOSS, kind="case")
        == _seen(waiting, BOSS, stage=CaseStatus.APPLIED)
        == [CASE_ID.reference]
    )
    assert _seen(waiting, BOSS, kind="complaint") == [waiting.reference]
    assert _seen(waiting, BOSS, lender="nobody") == _seen(waiting, BOSS, late="1") == []
    assert _seen(waiting, BOSS, text=waiting.reference.lower()) == [waiting.reference]
    assert _seen(waiting, ANNA, mine="1") == []
    do(waiting.scene, ANNA, "take_up", waiting.reference)
    assert _seen(waiting, ANNA, mine="1") == [waiting.reference]


def test_pages_follow_one_another_without_a_gap(waiting: Desk) -> None:
    waiting.after(minutes=5)
    waiting.complain()
    waiting.complain()
    seen: list[str] = []
    cursor = ""
    for _ in range(9):
        found = worklist.page(BOSS, {}, waiting.now, cursor, size=1)
        seen += [one.reference for one in found.items]
        cursor = found.cursor
        if not cursor:
            break
    assert sorted(seen) == sorted(_seen(waiting, BOSS))
    assert len(seen) == 4
    assert worklist.page(BOSS, {}, waiting.now, "nonsense").items


def test_a_reference_finds_its_case_and_its_complaint(waiting: Desk) -> None:
    now = waiting.now
    assert [one.name for one in worklist.found_by(BOSS, waiting.reference.lower(), now)] == [
        waiting.reference
    ]
    assert worklist.found_by(BANK, waiting.reference, now) == []
    printed.reference_row(CASE_ID, timedelta(days=1), now).save()
    assert [one.name for one in worklist.found_by(BANK, CASE_ID.reference, now)] == [str(CASE_ID)]
    assert worklist.found_by(OTHER_BANK, CASE_ID.reference, now) == []
    assert worklist.found_by(BOSS, "AC-ZZZZ-ZZZZ-1", now) == worklist.found_by(BOSS, "x", now) == []


def test_what_was_chosen_is_remembered_for_each(scene: Scene) -> None:
    staff_lists.remember("anna", {"kind": "complaint"})
    assert staff_lists.remembered("anna") == {"kind": "complaint"}
    assert staff_lists.remembered("boss") == {}


def test_a_mediators_list_is_his_own(waiting: Desk) -> None:
    now = waiting.now
    do(waiting.scene, CLERK, "accept")
    case = standing.at(replace(waiting.case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    from chalicelib.domain.codes import FactKind
    from chalicelib.store.facts import Fact

    standing.move(waiting.case, case, Fact(CASE_ID, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"}))
    assert _seen(waiting, MEDIATOR) == [CASE_ID.reference]
    assert _seen(waiting, STRANGER) == []
    assert worklist.page(MEDIATOR, {}, now + timedelta(hours=1)).items[0].who == "m-1"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", " =1+1", "＝1+1", "\n=1"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


def test_a_table_opens_in_a_spreadsheet_as_text() -> None:
    text = sheet(["Who", "Hours"], [['=cmd|"x"', -3], ["李", 4]])
    assert text.startswith("\ufeff")
    assert '"\'=cmd|""x"""' in text
    assert '"-3"' in text
    assert neutral("plain") == "plain"


def test_a_page_of_the_worklist_costs_a_query_a_list_and_a_read_an_item(
    waiting: Desk, calls: Counter[str]
) -> None:
    calls.clear()
    _seen(waiting, BOSS)
    assert dict(calls) == {"GetItem": 1, "Query": 4}
