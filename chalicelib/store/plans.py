"""Repayment plans on a case's timeline: each state of one is a fact, and the latest stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.domain.repayment_plan import Instalment, RepaymentPlan
from chalicelib.store import facts, keys
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, FactRow, Row


def fact_of(case_id: CaseId, plan: RepaymentPlan, now: datetime) -> Fact:
    """Return the fact of a plan's state; its sequence names it, so two acts cannot both write the next."""
    detail = {
        "currency": plan.currency,
        "total": plan.total,
        "sequence": plan.sequence,
        "generation": plan.generation,
        "since": stamp(plan.since or now),
        "instalments": [[each.due.isoformat(), each.amount, each.paid] for each in plan.instalments],
    }
    return Fact(case_id, FactKind.PLAN, now, (f"{plan.sequence:04d}",), detail)


def append(case_id: CaseId, plan: RepaymentPlan, now: datetime) -> bool:
    """Put a plan's state on record; returns whether it is new (its sequence names it)."""
    return facts.append(fact_of(case_id, plan, now))


def get(case_id: CaseId) -> RepaymentPlan | None:
    """Return the case's plan as it now stands, or None: one read, however many states it had."""
    prefix = keys.fact(case_id, FactKind.PLAN) + "#"
    newest = FactRow.query(
        keys.loan(case_id.loan_key),
        Row.sk.startswith(prefix),
        consistent_read=True,
        scan_index_forward=False,
        limit=1,
    )
    return next((_read(row.detail) for row in newest), None)


def unchanged(case: Case) -> Condition:
    """The condition that nothing was paid on a case's plan, nor came of it, since its head was read."""
    return CaseRow.plan == case.plan if case.plan is not None else CaseRow.plan.does_not_exist()


def latest(found: Iterable[Fact]) -> RepaymentPlan | None:
    """Return the plan among a case's facts as it now stands: the highest sequence wins (pure)."""
    plans = [_read(fact.detail) for fact in found if fact.kind == FactKind.PLAN]
    return max(plans, key=lambda each: each.sequence, default=None)


def _read(detail: Any) -> RepaymentPlan:
    instalments = tuple(
        Instalment(place + 1, date.fromisoformat(due), amount, paid)
        for place, (due, amount, paid) in enumerate(detail["instalments"])
    )
    return RepaymentPlan(
        detail["currency"],
        detail["total"],
        instalments,
        detail["sequence"],
        detail.get("generation", 1),
        from_stamp(detail["since"]) if "since" in detail else None,
    )
