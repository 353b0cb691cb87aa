"""A stored event carried out: once, in any order, after any death at the step before."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import links
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Outcome, Stage
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import loan_key
from chalicelib.store import cases, facts, persons, waits
from chalicelib.store.waits import Wait
from tests.road import KEYS, NOON
from tests.samples import CASE_ID, KEY
from tests.scene import Scene, case_id

NAME = str(CASE_ID)
LATER = "2026-11-23T02:00:00Z"


def _data(scene: Scene, name: str, **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(scene.road.event(name))["data"]
    return data | changes


def _amount(total: int) -> dict[str, Any]:
    parts = dict.fromkeys(("interest", "fees", "penalty", "payments_credits"), 0)
    return {"currency": "CNY", "total": total, "principal": total, "as_of": "2026-11-21", **parts}


def _paid_in_full(scene: Scene) -> dict[str, Any]:
    return _data(scene, "payment", outstanding=_amount(0))


def test_an_overdue_loan_gets_its_case_and_its_execution(scene: Scene) -> None:
    scene.accept()
    found = scene.case
    assert (found.status, found.loan, found.profile_version) == (
        CaseStatus.RECEIVED,
        "LN-2026-000001",
        "CN@1",
    )
    assert found.amount.total == 1_234_567
    assert found.balance_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert scene.machine.statuses == {NAME: "RUNNING"}
    assert scene.machine.inputs[NAME] == {
        "case_id": NAME,
        "timers": {"Notify": 259_200, "Remind": 345_600, "RemindAgain": 604_800, "Answered": 2_592_000},
    }


def test_the_second_factor_is_kept_as_a_keyed_hash_only(scene: Scene) -> None:
    scene.accept()
    head = next(row for row in scene.rows() if row["sk"]["S"] == "CASE")
    assert "123X" not in str(head)
    assert len(scene.case.borrower.factor) == 22


def test_every_address_of_the_borrower_is_kept(scene: Scene) -> None:
    data = _data(scene, "overdue")
    data["borrower"] |= {"postal": ["张伟", "上海市世纪大道1号"], "app_user": "u-1"}
    scene.accept(data=data)
    borrower = scene.case.borrower
    found = {channel: borrower.address(channel) for channel in ChannelName}
    assert found == {
        ChannelName.SMS: "+8613800138000",
        ChannelName.VOICE: "+8613800138000",
        ChannelName.EMAIL: "zhangwei@example.com",
        ChannelName.LETTER: "张伟\n上海市世纪大道1号",
        ChannelName.IN_APP: "u-1",
    }


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"name": "Zhang Wei", "email": None, "language": "en"}, True),
        ({"phone": "+8613800138001"}, False),
        ({"phone": None}, False),
    ],
    ids=["same", "same phone", "other phone", "no phone"],
)
def test_a_person_is_known_by_his_phone_over_all_his_loans(
    scene: Scene, changes: dict[str, Any], alike: bool
) -> None:
    scene.accept()
    data = _data(scene, "overdue")
    data["borrower"] |= changes
    scene.accept(id="evt-2", subject="LN-2", data=data)
    other = cases.latest(loan_key("demo-bank", "LN-2"))
    assert isinstance(other, Case)
    assert (other.borrower.person == scene.case.borrower.person) is alike


def test_without_a_phone_he_is_known_by_his_mail_and_without_either_by_his_post(scene: Scene) -> None:
    reached_by: list[dict[str, Any]] = [
        {"email": "Zhang@Example.com"},
        {"email": "zhang@example.com"},
        {"postal": ["张伟", "上海"]},
    ]
    known = []
    for n, addresses in enumerate(reached_by):
        data = _data(scene, "overdue")
        data["borrower"] = {"name": "张伟", "id_last4": "123X", **addresses}
        scene.accept(id=f"evt-{n}", subject=f"LN-{n}", data=data)
        found = cases.latest(loan_key("demo-bank", f"LN-{n}"))
        assert isinstance(found, Case)
        known.append(found.borrower.person)
    assert known[0] == known[1] != known[2]
    assert all(len(person) == 22 for person in known)


def test_neither_key_of_a_person_nor_of_his_factor_tells_the_address(scene: Scene) -> None:
    scene.accept()
    assert scene.case.borrower.person == links.person_key("+8613800138000", KEYS["person_key"].encode())
    assert scene.case.borrower.person != links.person_key("+8613800138000", KEYS["link_pepper"].encode())


def test_the_same_event_again_opens_nothing_twice(scene: Scene) -> None:
    reference = scene.accept()
    rows = scene.rows()
    scene.road.clock.advance(hours=1)
    scene.carry_out(reference)
    assert scene.rows() == rows
    assert list(scene.machine.statuses) == [NAME]


def test_a_death_between_case_and_execution_heals_by_redelivery(scene: Scene) -> None:
    reference = scene.take(scene.road.event()).reference
    scene.machine.failing["start_execution"] = "ServiceUnavailable"
    with pytest.raises(ClientError):
        scene.carry_out(reference)
    assert scene.machine.statuses == {}
    scene.machine.failing.clear()
    scene.carry_out(reference)
    assert scene.machine.statuses == {NAME: "RUNNING"}


def test_another_overdue_event_restates_the_open_case(scene: Scene) -> None:
    scene.accept()
    changed = _data(scene, "overdue", amount=_amount(1_300_000), overdue_since="2026-10-20")
    scene.accept(id="evt-2", time=LATER, data=changed)
    assert scene.case.amount.total == 1_300_000
    assert scene.case.overdue_since.isoformat() == "2026-10-20"
    assert scene.case.opened_by == "evt-overdue-0001"
    assert list(scene.machine.statuses) == [NAME]
    detail = scene.facts(FactKind.BALANCE)[0].detail
    assert (detail["applied"], detail["outstanding"], detail["event"]) == (True, 1_300_000, "evt-2")


def test_an_older_balance_is_recorded_and_not_applied(scene: Scene) -> None:
    scene.accept(time=LATER)
    scene.accept("payment")
    assert scene.case.amount.total == 1_234_567
    assert scene.facts(FactKind.BALANCE)[0].detail["applied"] is False


@pytest.mark.parametrize(
    "time", ["2026-11-21T02:00:00Z", "2026-11-21T02:00:00.123456Z", "2026-11-21T10:00:00.9+08:00"]
)
def test_a_partial_payment_restates_the_amount_and_the_case_goes_on(scene: Scene, time: str) -> None:
    scene.accept()
    reference = scene.accept("payment", time=time)
    assert (scene.case.amount.total, scene.case.is_open) == (1_000_000, True)
    assert scene.case.balance_at == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert scene.facts(FactKind.BALANCE)[0].detail["applied"] is True
    rows = scene.rows()
    scene.carry_out(reference)
    assert scene.rows() == rows


def _settled(scene: Scene) -> None:
    scene.accept("settled")


def _paid(scene: Scene) -> None:
    scene.accept("payment", data=_paid_in_full(scene))


@pytest.mark.parametrize("end", [_settled, _paid])
def test_full_payment_closes_the_case_and_ends_its_wait(scene: Scene, end: Callable[[Scene], None]) -> None:
    scene.accept()
    waits.put(Wait(CASE_ID, Stage.NOTIFY, Stage.REMIND, "token-1", scene.road.clock.now))
    end(scene)
    assert (scene.case.status, scene.case.outcome) == (CaseStatus.CLOSED, Outcome.SETTLED_OUTSIDE)
    assert "evt-" in str(scene.case.closed_reason)
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Settled")]


def test_a_settlement_whose_signal_failed_heals_by_redelivery(scene: Scene) -> None:
    scene.accept()
    waits.put(Wait(CASE_ID, Stage.NOTIFY, Stage.REMIND, "token-1", scene.road.clock.now))
    reference = scene.take(scene.road.event("settled")).reference
    scene.machine.failing["send_task_failure"] = "InternalError"
    with pytest.raises(ClientError):
        scene.carry_out(reference)
    assert scene.case.status == CaseStatus.CLOSED
    scene.machine.failing.clear()
    scene.carry_out(reference)
    assert [signal[1] for signal in scene.machine.signals] == ["Settled"]


def test_a_settlement_before_its_overdue_event_leaves_a_case_that_is_closed_already(scene: Scene) -> None:
    scene.accept("settled")
    assert not isinstance(cases.latest(KEY), Case)
    scene.accept()
    assert (scene.case.status, scene.case.outcome) == (CaseStatus.CLOSED, Outcome.SETTLED_OUTSIDE)
    assert scene.machine.statuses == {}


def test_a_loan_overdue_again_after_a_settlement_without_a_case_gets_one(scene: Scene) -> None:
    scene.accept("settled")
    scene.accept(id="evt-2", time=LATER)
    assert scene.case.opened_by == "evt-2"
    assert scene.machine.statuses == {NAME: "RUNNING"}


def test_a_settlement_older_than_the_balance_closes_nothing(scene: Scene) -> None:
    scene.accept(time=LATER)
    scene.accept("settled")
    assert scene.case.is_open


def test_a_payment_of_an_unknown_loan_opens_nothing(scene: Scene) -> None:
    scene.accept("payment")
    assert not isinstance(cases.latest(KEY), Case)
    assert scene.machine.statuses == {}


def test_a_settled_loan_overdue_again_is_the_next_case(scene: Scene) -> None:
    scene.accept()
    scene.accept("settled")
    scene.accept(id="evt-2", time=LATER)
    assert cases.get(case_id(2)).is_open
    assert cases.get(case_id(1)).outcome == Outcome.SETTLED_OUTSIDE
    assert list(scene.machine.statuses) == [str(case_id(1)), str(case_id(2))]


def test_a_death_after_reopening_heals_by_redelivery(scene: Scene) -> None:
    scene.accept()
    scene.accept("settled")
    reference = scene.take(scene.road.event(id="evt-2", time=LATER)).reference
    scene.machine.failing["start_execution"] = "ServiceUnavailable"
    with pytest.raises(ClientError):
        scene.carry_out(reference)
    scene.machine.failing.clear()
    scene.carry_out(reference)
    assert str(case_id(2)) in scene.machine.statuses
    assert cases.latest(KEY) == cases.get(case_id(2))


def test_an_old_event_redelivered_after_the_loan_was_reopened_changes_nothing(scene: Scene) -> None:
    old = [scene.accept(), scene.accept("payment"), scene.accept("settled")]
    scene.accept(id="evt-2", time=LATER)
    before = cases.get(case_id(2))
    for reference in old:
        scene.carry_out(reference)
    assert cases.get(case_id(2)) == before
    assert len(scene.machine.statuses) == 2
    assert not any(fact.detail.get("applied") for fact in facts.of(case_id(2)))


def test_the_opening_event_redelivered_after_a_close_by_time_opens_no_other(scene: Scene) -> None:
    """Not closed by payment, so the balance on record is the opening event's own."""
    reference = scene.accept()
    cases.close(CASE_ID, Outcome.NO_RESPONSE, "no answer", scene.road.clock.now)
    scene.carry_out(reference)
    assert cases.latest(KEY) == cases.get(CASE_ID)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_three_events_of_a_loan_end_alike_in_any_order(scene: Scene, order: tuple[int, ...]) -> None:
    """However they come, and all of them again: nothing is open and nothing owes a send."""
    taken = [scene.take(scene.road.event(name)).reference for name in ("overdue", "payment", "settled")]
    for index in (*order, *order):
        scene.carry_out(taken[index])
    known = cases.latest(KEY)
    assert not getattr(known, "is_open", False)
    assert len(scene.machine.statuses) <= 1


def test_an_event_without_a_time_happened_when_it_came(scene: Scene) -> None:
    event = json.loads(scene.road.event())
    del event["time"]
    scene.carry_out(scene.take(json.dumps(event).encode()).reference)
    assert scene.case.balance_at == scene.road.clock.now


def test_the_lenders_zone_stands_in_for_a_missing_one(scene: Scene) -> None:
    data = _data(scene, "overdue")
    del data["borrower"]["timezone"]
    scene.accept(data=data)
    assert scene.case.borrower.timezone == "Asia/Shanghai"


@pytest.mark.usefixtures("scene")
def test_an_unknown_reference_is_an_error_that_the_queue_brings_again(scene: Scene) -> None:
    with pytest.raises(NotFound):
        scene.carry_out("no-such-reference")


def test_the_next_cases_new_address_is_no_longer_the_suppressed_one(scene: Scene) -> None:
    scene.accept()
    old = scene.case.borrower
    persons.suppress(old.person, old.address_key(ChannelName.EMAIL), "Bounce/Permanent")
    scene.accept("settled")
    data = _data(scene, "overdue")
    data["borrower"] |= {"email": "new@example.com"}
    scene.accept(id="evt-overdue-0002", time="2026-11-24T01:30:00Z", data=data)
    new, person = _latest().borrower, persons.get(old.person)
    assert new.person == old.person
    assert [person.lost(each.address_key(ChannelName.EMAIL)) for each in (old, new)] == [True, False]
    assert "new@example.com" not in new.digests.values()


def test_a_lender_who_repeats_himself_does_not_start_anew_after_silence(scene: Scene) -> None:
    """Policy: only a loan brought current and overdue again gets a case after NO_RESPONSE."""
    scene.accept()
    assert cases.close(CASE_ID, Outcome.NO_RESPONSE, "no answer", NOON)
    scene.accept(id="evt-2", time=LATER)
    assert not _latest().is_open
    data = json.loads(scene.road.event())["data"]
    again = data | {"due_date": "2026-11-18", "overdue_since": "2026-11-19"}
    scene.accept(id="evt-3", time=LATER, data=again)
    assert (_latest().id.generation, _latest().is_open) == (2, True)


def _latest() -> Case:
    found = cases.latest(CASE_ID.loan_key)
    assert isinstance(found, Case)
    return found
