"""Withdrawing: only what was applied for, once, and never a case that stands elsewhere."""

from __future__ import annotations

import pytest

from chalicelib.borrower.apply import Apply, Withdraw, reschedule
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import CaseClosed
from chalicelib.forms.journey import Submission
from chalicelib.store import cases
from tests.samples import CASE_ID
from tests.scene import Scene


def _sent(scene: Scene, name: str) -> Submission:
    return Submission(name, "", f"W-{name}", {"mode": "TELEPHONE"}, scene.road.clock.now)


@pytest.fixture
def opened(scene: Scene) -> Scene:
    scene.accept()
    return scene


def test_without_an_application_nothing_is_withdrawn_and_nobody_counts_as_answered(opened: Scene) -> None:
    assert not Withdraw(opened.wiring.timers)(CASE_ID, _sent(opened, "a"))
    assert opened.case.status == CaseStatus.RECEIVED
    assert opened.facts(FactKind.WITHDRAWN) == []


def test_withdrawing_in_two_sessions_is_withdrawing_once(opened: Scene) -> None:
    Apply(opened.wiring.timers)(CASE_ID, _sent(opened, "a"))
    withdraw = Withdraw(opened.wiring.timers)
    assert withdraw(CASE_ID, _sent(opened, "b"))
    assert not withdraw(CASE_ID, _sent(opened, "c"))
    assert len(opened.facts(FactKind.WITHDRAWN)) == 1


def test_a_repeat_after_a_new_application_takes_that_one_not_back(opened: Scene) -> None:
    Apply(opened.wiring.timers)(CASE_ID, _sent(opened, "a"))
    gone = _sent(opened, "b")
    withdraw = Withdraw(opened.wiring.timers)
    withdraw(CASE_ID, gone)
    Apply(opened.wiring.timers)(CASE_ID, _sent(opened, "c"))
    assert not withdraw(CASE_ID, gone)
    assert opened.case.status == CaseStatus.APPLIED


def test_a_closed_case_takes_neither(opened: Scene) -> None:
    Apply(opened.wiring.timers)(CASE_ID, _sent(opened, "a"))
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", opened.road.clock.now)
    for act in (Withdraw(opened.wiring.timers), reschedule):
        with pytest.raises(CaseClosed):
            act(CASE_ID, _sent(opened, "b"))
    assert opened.case.status == CaseStatus.CLOSED
