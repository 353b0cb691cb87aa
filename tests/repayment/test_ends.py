"""What becomes of a plan that cannot be kept: negotiated anew, superseded, or referred to the lender."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import NeedsApproval, NoPlanInForce
from chalicelib.domain.repayment_plan import monthly
from chalicelib.domain.selection import Review, Verdict
from chalicelib.repayment.refer import Refer
from chalicelib.repayment.renegotiate import Renegotiate
from chalicelib.repayment.steer import Leg, Steer
from chalicelib.store import cases, facts, selections, waiting
from tests.repayment.keeper import Keeper, asked
from tests.repayment.test_timers import EACH, GRACE_OVER, local
from tests.samples import CASE_ID


def listed(keeper: Keeper, kind: FactKind) -> int:
    return len(list(waiting.since(kind, keeper.now.date() - timedelta(days=10), keeper.now)))


def status(keeper: Keeper) -> CaseStatus:
    return keeper.case.status


def renegotiate(keeper: Keeper) -> Renegotiate:
    return Renegotiate(keeper.scene.wiring.timers)


def test_after_a_breach_his_request_lets_mediation_meet_again_at_once(keeper: Keeper) -> None:
    keeper.to(GRACE_OVER)
    assert renegotiate(keeper).ask(keeper.case, asked(keeper.now))
    case = keeper.case
    assert (case.status, case.since) == (CaseStatus.ADJOURNED, keeper.now)
    assert case.limit_at == keeper.now + timedelta(days=30)
    while keeper.machine.step():
        pass
    assert (listed(keeper, FactKind.BREACH), listed(keeper, FactKind.RENEGOTIATION)) == (0, 1)
    assert keeper.machine.of("repayment")[-1].state == "Renegotiated"
    assert [one.name for one in keeper.machine.of("case")] == [str(CASE_ID)], "the case's own machine goes on"


def test_a_request_in_time_leaves_the_plan_in_force_and_no_breach_follows(keeper: Keeper) -> None:
    keeper.to(local(-1))
    assert renegotiate(keeper).ask(keeper.case, asked(keeper.now))
    assert not renegotiate(keeper).ask(keeper.case, asked(keeper.now)), "twice is once"
    keeper.to(GRACE_OVER - timedelta(seconds=1))
    assert status(keeper) == CaseStatus.PLAN_ACTIVE
    keeper.machine.definitions["case"]["States"]["Notify"] = {"Type": "Succeed"}
    keeper.to(GRACE_OVER)
    assert status(keeper) == CaseStatus.ADJOURNED
    assert keeper.facts(FactKind.BREACH) == []
    assert keeper.stage == "Renegotiated"


def test_a_request_in_time_by_one_who_then_pays_changes_nothing(keeper: Keeper) -> None:
    renegotiate(keeper).ask(keeper.case, asked(keeper.now))
    keeper.pay(EACH)
    keeper.to(local(20))
    assert (keeper.case.status, keeper.stage) == (CaseStatus.PLAN_ACTIVE, "Upcoming")


def test_staff_open_mediation_again_for_a_reason_on_record(keeper: Keeper) -> None:
    assert renegotiate(keeper).by_staff(CASE_ID, "m-7", "he lost his work", keeper.now)
    assert keeper.case.status == CaseStatus.ADJOURNED
    with pytest.raises(NoPlanInForce, match="ADJOURNED"):
        renegotiate(keeper).by_staff(CASE_ID, "m-7", "again", keeper.now)


def test_the_next_plan_supersedes_the_old_one(keeper: Keeper) -> None:
    keeper.to(local(-1))
    keeper.machine.definitions["case"]["States"]["Notify"] = {"Type": "Succeed"}
    renegotiate(keeper).by_staff(CASE_ID, "m-7", "he lost his work", keeper.now)
    keeper.run()
    told = keeper.told()
    keeper.agree(monthly("CNY", 900_000, 6, date(2027, 1, 15)).following(keeper.stands))
    assert (keeper.stage, keeper.running[0].name) == ("Upcoming", f"{CASE_ID}-p2")
    keeper.to(local(20))
    assert keeper.told() == told, "the old plan's timers are dead"
    keeper.pay(150_000)
    assert [each.paid for each in keeper.stands.instalments][:2] == [150_000, 0]
    keeper.to(local(72))
    assert keeper.told()[len(told) :] == ["instalment_reminder-2_2"]


def test_a_request_is_off_the_list_once_the_next_plan_runs(keeper: Keeper) -> None:
    keeper.to(GRACE_OVER)
    keeper.machine.definitions["case"]["States"]["Notify"] = {"Type": "Succeed"}
    renegotiate(keeper).ask(keeper.case, asked(keeper.now))
    keeper.run()
    assert listed(keeper, FactKind.RENEGOTIATION) == 1
    keeper.agree(monthly("CNY", 900_000, 6, date(2027, 1, 15)).following(keeper.stands))
    assert listed(keeper, FactKind.RENEGOTIATION) == 0
    renegotiate(keeper).ask(keeper.case, asked(keeper.now, "asked0000002"))
    keeper.run()
    Steer(keeper.scene.wiring.timers, keeper.scene.road.clock)(Leg(CASE_ID, 2, 1, keeper.now, 0))
    assert listed(keeper, FactKind.RENEGOTIATION) == 1, "another plan, another request"


def test_a_request_is_off_the_list_once_the_case_is_closed(keeper: Keeper) -> None:
    renegotiate(keeper).ask(keeper.case, asked(keeper.now))
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", keeper.now)
    keeper.to(local(0))
    keeper.scene.wiring.sweep()
    assert listed(keeper, FactKind.RENEGOTIATION) == 0


def test_an_execution_of_a_superseded_plan_ends_without_an_act(keeper: Keeper) -> None:
    keeper.service.deaf = True
    renegotiate(keeper).by_staff(CASE_ID, "m-7", "as a test", keeper.now)
    keeper.service.deaf = False
    keeper.agree(monthly("CNY", 900_000, 6, date(2027, 3, 15)).following(keeper.stands))
    assert len(keeper.machine.of("repayment")) == 2
    keeper.to(local(0))
    ends = {one.name: one.state for one in keeper.machine.of("repayment")}
    assert ends == {f"{CASE_ID}-p1": "Renegotiated", f"{CASE_ID}-p2": "Upcoming"}
    assert keeper.told() == []


def upheld(keeper: Keeper, by: str) -> None:
    """Let a person uphold the breach on record."""
    found = selections.standing_of(keeper.case)
    assert found
    facts.append(selections.fact_of(CASE_ID, Review(found, Verdict.UPHELD, by), keeper.now))


def test_invariant_23_a_breach_is_referred_only_after_somebody_else_upheld_it(keeper: Keeper) -> None:
    keeper.to(local(7))
    refer = Refer(keeper.scene.wiring.timers)
    with pytest.raises(NeedsApproval, match="review"):
        refer(CASE_ID, "s-1", "no answer to the notice", keeper.now)
    upheld(keeper, by="s-1")
    with pytest.raises(NeedsApproval, match="second person"):
        refer(CASE_ID, "s-1", "no answer to the notice", keeper.now)
    assert keeper.case.is_open
    assert refer(CASE_ID, "s-2", "no answer to the notice", keeper.now)


def test_a_broken_plan_is_referred_once_and_its_agreement_stands(keeper: Keeper) -> None:
    keeper.to(local(7))
    refer = Refer(keeper.scene.wiring.timers)
    upheld(keeper, by="s-2")
    assert refer(CASE_ID, "s-1", "no answer to the notice", keeper.now)
    keeper.run()
    case = keeper.case
    assert (case.outcome, case.closed_reason) == (Outcome.AGREED, "referred to the lender after a breach")
    assert (keeper.stage, listed(keeper, FactKind.BREACH)) == ("Closed", 0)
    assert not refer(CASE_ID, "s-1", "again", keeper.now)
    assert keeper.told()[-1] == "plan_breached-1_1"


def test_a_plan_that_is_kept_is_nobodys_to_end(keeper: Keeper) -> None:
    with pytest.raises(NoPlanInForce, match="only a broken plan"):
        Refer(keeper.scene.wiring.timers)(CASE_ID, "s-1", "impatience", keeper.now)
