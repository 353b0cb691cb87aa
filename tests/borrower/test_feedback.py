"""Feedback: written first, signalled after, harmless twice."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from chalicelib.borrower.feedback import GiveFeedback
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.domain.errors import CaseClosed
from chalicelib.forms.journey import Submission
from chalicelib.store import cases, waits
from chalicelib.store.waits import Wait
from tests.samples import CASE_ID
from tests.scene import Scene

ANSWERS = {"reason": "UNEMPLOYMENT", "text": "公司裁员", "wish": "YES", "mode": "TELEPHONE"}


def _give(scene: Scene) -> None:
    sent = Submission("a" * 16, "feedback", "F-AAAA-AAAA", ANSWERS, scene.road.clock.now)
    GiveFeedback(scene.wiring.timers)(CASE_ID, sent)


@pytest.fixture
def noticed(scene: Scene) -> Scene:
    """A scene whose borrower has his notice and whose execution waits with token-1."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    return scene


def test_an_answer_is_on_record_and_wakes_the_execution(noticed: Scene) -> None:
    _give(noticed)
    assert noticed.case.status == CaseStatus.APPLIED
    fact = noticed.facts(FactKind.FEEDBACK)[0]
    assert fact.detail == {"reference": "F-AAAA-AAAA", **ANSWERS}
    assert noticed.machine.signals == [("token-1", "success", {"signal": "Answered"})]


def test_the_fact_is_written_before_the_signal_is_sent(noticed: Scene) -> None:
    noticed.machine.failing["send_task_success"] = "InternalError"
    with pytest.raises(ClientError):
        _give(noticed)
    assert len(noticed.facts(FactKind.FEEDBACK)) == 1
    noticed.machine.failing.clear()
    _give(noticed)
    assert len(noticed.machine.signals) == 1, "sending again wakes what was not woken"
    assert len(noticed.facts(FactKind.FEEDBACK)) == 1


def test_sending_twice_is_sending_once(noticed: Scene) -> None:
    _give(noticed)
    rows = noticed.rows()
    noticed.road.clock.advance(minutes=1)
    _give(noticed)
    assert noticed.rows() == rows
    assert len(noticed.machine.signals) == 1


def test_a_case_closed_meanwhile_takes_no_answer(noticed: Scene) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", noticed.road.clock.now)
    with pytest.raises(CaseClosed):
        _give(noticed)
    assert noticed.facts(FactKind.FEEDBACK) == []
    assert noticed.machine.signals == []


def test_an_answer_before_any_wait_is_kept_for_the_next_task_to_find(scene: Scene) -> None:
    scene.accept()
    _give(scene)
    assert scene.machine.signals == []
    scene.run(Stage.NOTIFY, "token-1")
    assert scene.sms.sent == []
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]


@pytest.mark.parametrize(
    ("stage", "resume"), [(Stage.ANSWERED, Stage.LIMIT_PASSED), (Stage.AWAIT_WINDOW, Stage.ANSWERED)]
)
def test_an_execution_that_waits_as_answered_is_not_woken(
    noticed: Scene, stage: Stage, resume: Stage
) -> None:
    waits.put(Wait(CASE_ID, stage, resume, "token-2", noticed.road.clock.now))
    _give(noticed)
    assert noticed.machine.signals == []
