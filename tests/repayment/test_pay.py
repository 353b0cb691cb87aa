"""Payments on a plan: each counts once, in any order, also two at once; what follows from each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest

from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import AmountMismatch
from chalicelib.domain.money import Amount
from chalicelib.domain.said import mark
from chalicelib.repayment.pay import Payment, TakePayment
from chalicelib.store import cases, plan_changes, plans, waiting
from tests.repayment.keeper import FIRST_DUE, Keeper
from tests.repayment.test_timers import EACH, GRACE_OVER, local
from tests.samples import CASE_ID, amount
from tests.scene import fresh


def paid(keeper: Keeper) -> list[int]:
    return [each.paid for each in keeper.stands.instalments]


def payment(keeper: Keeper, number: int, minor: int, outstanding: Amount | None = None) -> Payment:
    at = keeper.now + timedelta(minutes=number)
    rest = outstanding or amount(900_000)
    return Payment(
        reference=f"r{number}",
        event_id=f"e{number}",
        type="loan.payment.v1",
        paid=minor,
        outstanding=rest,
        at=at,
        mark=mark(at, 0, f"e{number}"),
    )


def test_a_payment_is_on_record_on_the_plan_and_in_the_balance_in_one_go(keeper: Keeper) -> None:
    name = keeper.pay(400_000, outstanding=600_001)
    assert paid(keeper) == [EACH, 66_667, 0]
    assert len(keeper.facts(FactKind.PAYMENT)) == len(keeper.facts(FactKind.BALANCE)) == 1
    assert keeper.facts(FactKind.PLAN) == ["0000", "0001"]
    assert (keeper.case.amount.total, keeper.case.plan) == (600_001, 1)
    rows = keeper.scene.rows()
    keeper.pay(400_000, name, at=keeper.now + timedelta(seconds=1), outstanding=600_001)
    changed = [row["sk"]["S"] for row in keeper.scene.rows() if row not in rows]
    assert changed == ["0001#WAIT"], "the same event changes nothing but wakes the plan once more"


def test_late_double_and_disordered_events_end_in_the_same_plan(keeper: Keeper) -> None:
    begun = keeper.now
    events = [(100_000, 1, 900_001), (EACH, 5, 566_668), (50_000, 9, 516_668)]
    ends = set()
    for number, order in enumerate(permutations(range(3))):
        again = Keeper(fresh(keeper.scene.road))
        for place in (*order, *order):
            minor, minutes, left = events[place]
            again.pay(minor, f"evt-{number}-{place}", begun + timedelta(minutes=minutes), left)
        ends.add((tuple(paid(again)), again.case.amount.total, again.case.status, again.case.balance_at))
    assert len(ends) == 1
    assert ends.pop()[:2] == ((EACH, 150_000, 0), 516_668)


def test_a_payment_made_before_the_plan_is_none_of_it(keeper: Keeper) -> None:
    keeper.pay(50_000, at=keeper.now - timedelta(hours=1), outstanding=950_000)
    assert sum(paid(keeper)) == 0
    assert keeper.facts(FactKind.PAYMENT) == []
    assert len(keeper.facts(FactKind.BALANCE)) == 1


def test_a_balance_alone_pays_no_instalment(keeper: Keeper) -> None:
    """It may have fallen by a waiver and risen by interest: only a payment says that something was paid."""
    event = {"id": "evt-overdue-2", "time": f"{keeper.now + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"}
    keeper.scene.accept(**event)
    assert sum(paid(keeper)) == 0
    assert len(keeper.facts(FactKind.BALANCE)) == 1
    assert keeper.case.status == CaseStatus.PLAN_ACTIVE


@pytest.mark.parametrize("rival", ["payment", "breach"])
def test_two_at_once_both_count(keeper: Keeper, monkeypatch: pytest.MonkeyPatch, rival: str) -> None:
    """The rival writes the plan's next state between this one's reading and its writing."""
    keeper.to(local(5, 23))
    take, case, write = TakePayment(keeper.scene.wiring.timers), keeper.case, plan_changes.pay
    first, second = payment(keeper, 1, 100_000), payment(keeper, 2, 50_000)
    met: list[bool] = []

    def between(*args: object) -> bool:
        if not met:
            met.append(True)
            if rival == "payment":
                assert take(case, second, keeper.now)
            else:
                keeper.to(GRACE_OVER)
        written: Callable[..., bool] = write
        return written(*args)

    monkeypatch.setattr(plan_changes, "pay", between)
    assert take(case, first, keeper.now)
    assert sum(paid(keeper)) == (150_000 if rival == "payment" else 100_000)
    assert keeper.case.plan == keeper.stands.sequence
    assert keeper.case.status == (CaseStatus.PLAN_ACTIVE if rival == "payment" else CaseStatus.BREACHED)


def test_a_breach_that_meets_a_payment_is_no_breach(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    write, take = plan_changes.breach, TakePayment(keeper.scene.wiring.timers)
    keeper.to(GRACE_OVER - timedelta(seconds=1))
    late = payment(keeper, 1, EACH)

    def between(*args: object) -> bool:
        take(keeper.case, late, keeper.now)
        written: Callable[..., bool] = write
        return written(*args)

    monkeypatch.setattr(plan_changes, "breach", between)
    keeper.to(GRACE_OVER)
    assert keeper.facts(FactKind.BREACH) == []
    assert (keeper.case.status, keeper.stage) == (CaseStatus.PLAN_ACTIVE, "Upcoming")


def test_paying_what_is_late_cures_a_breach(keeper: Keeper) -> None:
    keeper.to(GRACE_OVER)
    assert len(list(waiting.since(FactKind.BREACH, keeper.now.date(), keeper.now))) == 1
    keeper.pay(EACH - 1)
    assert keeper.case.status == CaseStatus.BREACHED
    keeper.pay(1)
    assert (keeper.case.status, keeper.stage) == (CaseStatus.PLAN_ACTIVE, "Upcoming")
    assert not list(waiting.since(FactKind.BREACH, keeper.now.date(), keeper.now))
    assert keeper.facts(FactKind.BREACH) == ["01-0001"], "what was is not undone"


def test_a_second_breach_is_another_one(keeper: Keeper) -> None:
    keeper.to(GRACE_OVER)
    keeper.pay(EACH)
    keeper.to(local(31 + 7))
    assert keeper.facts(FactKind.BREACH) == ["01-0001", "01-0002"]
    assert keeper.told()[-1] == "plan_breached-1_2"


def test_a_lender_who_says_that_nothing_is_owed_ends_it(keeper: Keeper) -> None:
    keeper.pay(EACH, outstanding=0)
    assert (keeper.case.outcome, keeper.case.closed_reason) == (Outcome.AGREED, "the plan was kept")
    assert keeper.told() == ["plan_completed-1_0"]


def test_all_instalments_paid_end_it_though_the_lender_names_a_rest(keeper: Keeper) -> None:
    """The plan is what was agreed; what is beyond it was waived."""
    keeper.pay(1_000_001, outstanding=5_000)
    assert (keeper.case.outcome, keeper.case.closed_reason) == (Outcome.AGREED, "the plan was kept")


@pytest.mark.parametrize(("broken", "outcome"), [(False, Outcome.AGREED), (True, Outcome.SETTLED_OUTSIDE)])
def test_a_settlement_closes_a_plan(keeper: Keeper, broken: bool, outcome: Outcome) -> None:
    keeper.to(GRACE_OVER if broken else local(-4))
    keeper.scene.accept("settled", time=f"{keeper.now:%Y-%m-%dT%H:%M:%SZ}")
    keeper.run()
    assert (keeper.case.status, keeper.case.outcome) == (CaseStatus.CLOSED, outcome)
    assert not keeper.running
    assert ("plan_completed-1_0" in keeper.told()) is not broken


def test_a_payment_after_the_end_is_still_put_to_the_plan(keeper: Keeper) -> None:
    keeper.scene.accept("settled", id="s", time=f"{keeper.now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    assert keeper.case.status == CaseStatus.CLOSED
    keeper.pay(100_000)
    assert sum(paid(keeper)) == 100_000, "as if it had come first"
    assert (keeper.case.outcome, keeper.told()) == (Outcome.AGREED, ["plan_completed-1_0"])


def test_another_currency_is_no_payment_on_the_plan(keeper: Keeper) -> None:
    dollars = Amount("USD", 1, 1, 0, 0, 0, 0, FIRST_DUE)
    with pytest.raises(AmountMismatch, match="a plan in CNY"):
        TakePayment(keeper.scene.wiring.timers)(keeper.case, payment(keeper, 1, 5, dollars), keeper.now)


def test_a_consumer_that_died_after_the_write_is_made_up_for(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, last = TakePayment(keeper.scene.wiring.timers), payment(keeper, 1, 1_000_001)
    with monkeypatch.context() as patch:
        patch.setattr(TakePayment, "_follow", lambda *_: None)
        assert take(keeper.case, last, keeper.now)
    assert keeper.told() == []
    assert take(cases.get(CASE_ID), last, keeper.now)
    keeper.run()
    assert (keeper.told(), keeper.stage) == (["plan_completed-1_0"], "Completed")
    assert plans.get(CASE_ID) == keeper.stands
