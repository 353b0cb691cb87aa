"""A settlement or payment that was reversed: the open case is restated, a settled loan gets its next one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, HoldKind, Outcome, Stage
from chalicelib.store import cases, facts, holds
from chalicelib.store.facts import Fact
from tests.road import NOON
from tests.samples import CASE_ID, KEY
from tests.scene import Scene, case_id

NAMES = [str(case_id(number)) for number in (1, 2)]


def reopen(scene: Scene, name: str = "evt-reopened-1", time: str = "2026-11-24T01:00:00Z") -> str:
    return scene.accept("reopened", id=name, time=time)


def balance(scene: Scene, total: int, name: str, time: str) -> str:
    event = json.loads(scene.road.event("balance"))
    parts: dict[str, Any] = {"total": total, "principal": total, "interest": 0}
    event["data"]["outstanding"] |= parts
    return scene.accept("balance", id=name, time=time, data=event["data"])


def test_a_settled_loan_gets_its_next_case_and_the_closed_one_stays_closed(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY)
    scene.accept("settled")
    before = cases.get(CASE_ID)
    reopen(scene)
    after = cases.get(case_id(2))
    assert (after.status, after.amount.total, after.noticed_at) == (CaseStatus.RECEIVED, 1_234_567, None)
    assert (after.borrower, after.claims, after.opened_by) == (before.borrower, {}, "evt-reopened-1")
    assert cases.get(CASE_ID) == before
    assert [name for name in scene.machine.statuses if name in NAMES] == NAMES


def test_a_repeat_and_a_death_before_its_execution_heal(scene: Scene) -> None:
    scene.accept()
    scene.accept("settled")
    reference = scene.take(scene.road.event("reopened")).reference
    scene.machine.failing["start_execution"] = "ServiceUnavailable"
    with pytest.raises(ClientError):
        scene.carry_out(reference)
    scene.machine.failing.clear()
    scene.carry_out(reference)
    scene.carry_out(reference)
    assert list(scene.machine.statuses) == NAMES
    assert cases.get(case_id(2)).is_open


def test_an_open_case_is_restated_and_a_late_settlement_does_not_close_it(scene: Scene) -> None:
    scene.accept()
    reopen(scene)
    scene.accept("settled")
    assert (scene.case.is_open, scene.case.amount.total) == (True, 1_234_567)
    (fact,) = scene.facts(FactKind.BALANCE)
    assert (fact.detail["reason"], fact.detail["applied"]) == ("PAYMENT_RETURNED", True)
    assert list(scene.machine.statuses) == NAMES[:1]


def test_one_that_is_older_than_the_settlement_opens_nothing(scene: Scene) -> None:
    scene.accept()
    scene.accept("settled")
    reopen(scene, time="2026-11-20T09:00:00Z")
    known = cases.latest(KEY)
    assert isinstance(known, Case)
    assert (known.id.generation, known.is_open) == (1, False)


def test_one_of_a_case_that_silence_closed_opens_nothing(scene: Scene) -> None:
    scene.accept()
    cases.close(CASE_ID, Outcome.NO_RESPONSE, "no answer", NOON)
    reopen(scene)
    known = cases.latest(KEY)
    assert isinstance(known, Case)
    assert (known.id.generation, known.is_open) == (1, False)


def test_the_lenders_holds_go_on_and_the_borrowers_own_belong_to_their_case(scene: Scene) -> None:
    scene.accept()
    scene.accept("hold")
    holds.put(CASE_ID, HoldKind.DISPUTE, Fact(CASE_ID, FactKind.HOLD, NOON, ("own",)))
    scene.accept("settled")
    reopen(scene)
    assert cases.get(case_id(2)).held(NOON) == {"HARDSHIP"}


def test_what_is_told_first_waits_for_the_case(scene: Scene) -> None:
    """Settled and reopened before the overdue event comes: the case opens with the later balance."""
    scene.accept("settled")
    reopen(scene)
    scene.accept()
    assert (scene.case.is_open, scene.case.balance_at.isoformat()) == (True, "2026-11-24T01:00:00+00:00")


def test_a_balance_restates_and_a_balance_of_nothing_settles(scene: Scene) -> None:
    scene.accept()
    balance(scene, 900_000, "evt-b1", "2026-11-21T03:00:00Z")
    assert (scene.case.amount.total, scene.case.amount.principal) == (900_000, 900_000)
    balance(scene, 950_000, "evt-b0", "2026-11-21T02:00:00Z")
    assert scene.case.amount.total == 900_000
    balance(scene, 0, "evt-b2", "2026-11-21T04:00:00Z")
    assert scene.case.outcome == Outcome.SETTLED_OUTSIDE


def test_a_balance_after_the_settlement_opens_nothing_again(scene: Scene) -> None:
    """*Policy*: what was settled stays so until the lender says that it is overdue again."""
    scene.accept()
    scene.accept("settled")
    balance(scene, 900_000, "evt-b1", "2026-11-23T03:00:00Z")
    assert not scene.case.is_open
    assert list(scene.machine.statuses) == NAMES[:1]


def test_of_two_balances_of_one_second_the_higher_sequence_stands(scene: Scene) -> None:
    scene.accept()
    event = json.loads(scene.road.event("balance"))
    for sequence, total in (("2", 700_000), ("10", 800_000), ("9", 900_000)):
        money = {"total": total, "principal": total, "interest": 0}
        event["data"]["outstanding"] |= money
        scene.accept("balance", id=f"evt-{sequence}", sequence=sequence, data=event["data"])
    assert scene.case.amount.total == 800_000
    assert len(facts.of(CASE_ID, FactKind.BALANCE)) == 3
