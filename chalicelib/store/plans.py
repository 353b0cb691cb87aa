"""Repayment plans on a case's timeline: each state of one is a fact, and the latest stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.repayment_plan import Instalment, RepaymentPlan
from chalicelib.store import facts
from chalicelib.store.facts import Fact


def append(case_id: CaseId, plan: RepaymentPlan, now: datetime) -> bool:
    """Put a plan's state on record; returns whether it is new (its sequence names it)."""
    return facts.append(fact_of(case_id, plan, now))


def fact_of(case_id: CaseId, plan: RepaymentPlan, now: datetime) -> Fact:
    """Return the fact that a plan stands so, for a write together with others."""
    detail = {
        "currency": plan.currency,
        "total": plan.total,
        "sequence": plan.sequence,
        "instalments": [[each.due.isoformat(), each.amount, each.paid] for each in plan.instalments],
    }
    return Fact(case_id, FactKind.PLAN, now, (f"{plan.sequence:04d}",), detail)


def get(case_id: CaseId) -> RepaymentPlan | None:
    """Return the case's plan as it now stands, or None."""
    return latest(facts.of(case_id, FactKind.PLAN))


def latest(found: Iterable[Fact]) -> RepaymentPlan | None:
    """Return the plan among a case's facts as it now stands: the highest sequence wins (pure)."""
    plans = [_read(fact.detail) for fact in found if fact.kind == FactKind.PLAN]
    return max(plans, key=lambda each: each.sequence, default=None)


def _read(detail: Any) -> RepaymentPlan:
    instalments = tuple(
        Instalment(place + 1, date.fromisoformat(due), amount, paid)
        for place, (due, amount, paid) in enumerate(detail["instalments"])
    )
    return RepaymentPlan(detail["currency"], detail["total"], instalments, detail["sequence"])
