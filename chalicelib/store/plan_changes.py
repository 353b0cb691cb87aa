"""What changes a plan changes its case's head with it: each act one transaction, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Outcome
from chalicelib.domain.mediation import CASE_STAFF
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.store import cases, facts, plans, together, waiting, words
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow
from chalicelib.store.waiting import Waiting


def pay(
    case: Case,
    after: RepaymentPlan,
    told: Sequence[Fact],
    restated: Case | None,
    to: CaseStatus,
    reason: str,
    now: datetime,
) -> bool:
    """Write a payment's facts, the plan's state `after` it, the case as `restated`, and where the case goes.

    `to` is the case's own status when it stays; `reason` that of the close. Returns False when the payment is
    counted already, or case or plan are not as they were read.
    """
    actions: list[Action] = [CaseRow.plan.set(after.sequence)]
    condition = _as_read(case)
    if restated:
        actions += words.changing(case, restated)
        condition &= words.as_read(case)
    if to == CaseStatus.CLOSED and case.is_open:
        actions += cases.closing(Outcome.AGREED, reason, now)
    elif to != case.status:
        actions += _goes(case, to, now)
    rows = [facts.to_row(fact) for fact in (*told, plans.fact_of(case.id, after, now))]
    return together.put_and_change(rows, case.id, actions, condition)


def prepay(case: Case, paid: int, told: Sequence[Fact], restated: Case | None) -> bool:
    """Write a payment that came in while a text waits for signatures; its plan will begin with it.

    Returns False when the payment is counted already, or the text waits no more.
    """
    actions: list[Action] = [CaseRow.prepaid.add(paid)]
    condition = (CaseRow.status == CaseStatus.SIGNING.value) & (CaseRow.since == case.since)
    if restated:
        actions += words.changing(case, restated)
        condition &= words.as_read(case)
    return together.put_and_change([facts.to_row(fact) for fact in told], case.id, actions, condition)


def breach(case: Case, plan: RepaymentPlan, fact: Fact, listed: Waiting, now: datetime) -> bool:
    """Write a breach and list it; returns False when case, plan or holds are not as they were read."""
    held = CaseRow.holds == set(case.holds) if case.holds else CaseRow.holds.does_not_exist()
    rows = [facts.to_row(fact), waiting.row_of(listed)]
    actions = [*_goes(case, CaseStatus.BREACHED, now), CaseRow.plan.set(plan.sequence)]
    unheld = held & words.as_read(case)  # nor by the lender
    return together.put_and_change(rows, case.id, actions, _as_read(case) & unheld)


def reopen(
    case: Case, told: Sequence[Fact], listed: Sequence[Waiting], limit_at: datetime, now: datetime
) -> bool:
    """Let mediation meet again until `limit_at`; returns False when case or plan are not as read."""
    actions = [*_goes(case, CaseStatus.ADJOURNED, now), CaseRow.limit_at.set(limit_at)]
    rows = [*map(facts.to_row, told), *map(waiting.row_of, listed)]
    return together.put_and_change(rows, case.id, actions, _as_read(case))


def refer(case: Case, fact: Fact, reason: str, now: datetime) -> bool:
    """Close the case of a broken plan; returns False when its plan is not broken (any more)."""
    broken = CaseRow.status == CaseStatus.BREACHED.value
    actions = cases.closing(Outcome.AGREED, reason, now)
    return together.put_and_change([facts.to_row(fact)], case.id, actions, broken)


def _as_read(case: Case) -> Condition:
    standing: Condition = (CaseRow.status == case.status.value) & plans.unchanged(case)
    return standing


def _goes(case: Case, to: CaseStatus, now: datetime) -> list[Action]:
    """The sweeper and whose turn it is see to it, from this day on, that somebody acts on the new status."""
    actions = [CaseRow.status.set(to.value), CaseRow.since.set(now), cases.filing(case, now)]
    turn = {CaseStatus.BREACHED: CASE_STAFF, CaseStatus.ADJOURNED: case.mediator or CASE_STAFF}.get(to)
    if turn is None:
        return [*actions, CaseRow.worklist.remove(), CaseRow.due_at.remove()]
    return [*actions, CaseRow.worklist.set(turn), CaseRow.due_at.set(now)]
