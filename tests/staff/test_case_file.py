"""A case's file: each reader sees what is his to see, in few calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.borrower import questions
from chalicelib.borrower.apply import Apply
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.mediation.messages import write
from chalicelib.mediation.statements import state
from chalicelib.staff import case_file
from chalicelib.store.facts import Fact
from tests.complaints.desk import Desk
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import BANK, BOSS, CLERK, MEDIATOR, OTHER_BANK, STRANGER, do


@pytest.fixture
def filed(scene: Scene) -> Desk:
    """A mediated case with a complaint, a statement, a question, a message and a note."""
    found = Desk(scene)
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "", "W-a", {"mode": "TELEPHONE"}, found.now))
    do(scene, CLERK, "accept")
    case = standing.at(replace(found.case, mediator="m-1"), CaseStatus.ASSIGNED, found.now)
    standing.move(found.case, case, Fact(CASE_ID, FactKind.ASSIGNED, found.now, ("01",), {"mediator": "m-1"}))
    state(CASE_ID, Party.BORROWER, "I was ill.", "s1", "", found.now)
    write(CASE_ID, Party.BORROWER, "I can pay 300.", "m1", "", found.now)
    questions.ask(found.case, Submission("q", "", "Q-1", {"topic": "other", "text": "When?"}, found.now))
    do(scene, MEDIATOR, "note", text="He is afraid.")
    return found


def test_the_mediator_reads_all_but_the_complaints(filed: Desk) -> None:
    found = case_file.read(MEDIATOR, CASE_ID)
    assert [one.text for one in found.notes] == ["He is afraid."]
    assert [one.detail["text"] for one in found.statements] == ["I was ill."]
    assert [one.detail["text"] for one in found.questions] == ["When?"]
    assert FactKind.MESSAGE in {one.kind for one in found.timeline}
    assert found.complaints == ()
    assert FactKind.COMPLAINT not in {one.kind for one in found.timeline}


def test_invariant_24_nobody_else_of_the_staff_reads_the_session(filed: Desk) -> None:
    for actor in (BOSS, CLERK):
        found = case_file.read(actor, CASE_ID)
        assert found.notes == ()
        assert FactKind.MESSAGE not in {one.kind for one in found.timeline}
    assert case_file.read(BANK, CASE_ID).notes == ()


def test_who_handles_complaints_reads_them(filed: Desk) -> None:
    found = case_file.read(BOSS, CASE_ID)
    assert [one.reference for one in found.complaints] == [filed.reference]
    assert FactKind.COMPLAINT in {one.kind for one in found.timeline}
    assert found.hours_left(filed.now) is not None


@pytest.mark.parametrize("actor", [STRANGER, OTHER_BANK], ids=lambda one: one.name)
def test_for_whom_it_is_not_it_does_not_exist(filed: Desk, actor: object) -> None:
    with pytest.raises(NotFound):
        case_file.read(actor, CASE_ID)  # type: ignore[arg-type]


def test_a_case_file_costs_few_calls(filed: Desk, calls: Counter[str]) -> None:
    calls.clear()
    case_file.read(MEDIATOR, CASE_ID)
    assert dict(calls) == {"GetItem": 1, "Query": 4}
