"""Feedback: written first, signalled after, harmless twice."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from chalicelib.borrower.feedback import GiveFeedback
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.domain.errors import CaseClosed
from chalicelib.forms.journey import Submission
from chalicelib.store import cases, persons, waits
from chalicelib.store.waits import Wait
from tests.samples import CASE_ID
from tests.scene import Scene

ANSWERS = {"reason": "UNEMPLOYMENT", "text": "公司裁员", "wish": "YES", "mode": "TELEPHONE"}
RECEIPT = f"{CASE_ID}-feedback_receipt"


def _give(scene: Scene, ident: str = "a" * 16, wish: str = "YES") -> None:
    sent = Submission(ident, "feedback", "F-AAAA-AAAA", ANSWERS | {"wish": wish}, scene.road.clock.now)
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


def test_an_answer_is_confirmed_once_by_mail_with_its_reference(noticed: Scene) -> None:
    sent = len(noticed.mail.sent)
    for _ in range(2):
        _give(noticed)
    assert list(noticed.machine.inputs).count(RECEIPT) == 1
    given = noticed.machine.inputs[RECEIPT]
    assert (given["step"], given["at"]) == ("feedback_receipt", "2026-11-23T04:00:00Z")
    for _ in range(2):
        noticed.run(Stage.DELIVER, step=given["step"], at=given["at"])
    (receipt,) = noticed.mail.sent[sent:]
    assert CASE_ID.reference in receipt.subject
    assert "2026年11月23日" in receipt.text
    claims = [name.partition("#")[2] for name in persons.get(noticed.case.borrower.person).contacts]
    assert claims.count("feedback_receipt#EMAIL") == 1


def test_a_further_answer_is_not_confirmed_again(noticed: Scene) -> None:
    _give(noticed)
    _give(noticed, "b" * 16)
    assert [name for name in noticed.machine.inputs if "feedback_receipt" in name] == [RECEIPT]


def test_who_has_no_mail_address_is_not_waited_for(scene: Scene) -> None:
    data = json.loads(scene.road.event())["data"]
    del data["borrower"]["email"]
    scene.accept(data=data)
    _give(scene)
    assert RECEIPT not in scene.machine.inputs


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
    _give(noticed, wish="NO")
    assert noticed.machine.signals == []


def test_a_wish_for_mediation_wakes_an_execution_that_waits_as_answered(noticed: Scene) -> None:
    waits.put(Wait(CASE_ID, Stage.ANSWERED, Stage.LIMIT_PASSED, "token-2", noticed.road.clock.now))
    _give(noticed)
    assert noticed.machine.signals == [("token-2", "success", {"signal": "Answered"})]
