"""The closing task: time ends a case with its reason, and never over the borrower's answer."""

from __future__ import annotations

import pytest

from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Outcome, Stage
from chalicelib.domain.errors import Answered
from chalicelib.store import cases, persons
from chalicelib.store.facts import Fact
from tests.answered import answer
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _opened(scene: Scene) -> None:
    scene.accept()


def _answer() -> None:
    answer(CASE_ID, CaseStatus.FEEDBACK, Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",)))


def test_no_answer_after_the_last_window_closes_with_the_reason(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    scene.wiring.close_case(CASE_ID, Stage.NO_RESPONSE)
    found = scene.case
    assert (found.status, found.outcome, found.closed_at) == (CaseStatus.CLOSED, Outcome.NO_RESPONSE, NOON)
    assert found.closed_reason == "no answer to any notice in time"


def test_a_borrower_nobody_could_reach_is_not_said_to_be_silent(scene: Scene) -> None:
    for channel in ChannelName:
        persons.opt_out(scene.case.borrower.person, channel)
    scene.run(Stage.NOTIFY)
    scene.wiring.close_case(CASE_ID, Stage.NO_RESPONSE)
    assert scene.case.closed_reason == "no notice could be sent"


def test_an_answer_in_the_last_moment_wins(scene: Scene) -> None:
    _answer()
    with pytest.raises(Answered):
        scene.wiring.close_case(CASE_ID, Stage.NO_RESPONSE)
    assert scene.case.is_open


def test_an_answered_case_ends_with_its_limit(scene: Scene) -> None:
    _answer()
    scene.wiring.close_case(CASE_ID, Stage.LIMIT_PASSED)
    assert (scene.case.outcome, scene.case.is_open) == (Outcome.TERMINATED, False)


def test_an_application_in_the_last_moment_wins(scene: Scene) -> None:
    answer(CASE_ID, CaseStatus.APPLIED, Fact(CASE_ID, FactKind.APPLICATION, NOON, ("a1",)))
    with pytest.raises(Answered):
        scene.wiring.close_case(CASE_ID, Stage.LIMIT_PASSED)
    assert scene.case.is_open


@pytest.mark.parametrize("stage", [Stage.NO_RESPONSE, Stage.LIMIT_PASSED])
def test_a_case_closed_before_stays_as_it_is(scene: Scene, stage: Stage) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)
    before = scene.case
    scene.wiring.close_case(CASE_ID, stage)
    assert scene.case == before


def test_closing_twice_is_closing_once(scene: Scene) -> None:
    scene.wiring.close_case(CASE_ID, Stage.NO_RESPONSE)
    before = scene.case
    scene.road.clock.advance(hours=1)
    scene.wiring.close_case(CASE_ID, Stage.NO_RESPONSE)
    assert scene.case == before
