"""The cases as the local pages show them: timeline, next timer, deliveries, and what the person refused."""

from __future__ import annotations

import importlib
from datetime import datetime
from typing import Any

from infra.local import inside
from infra.local.deliveries import deliveries
from infra.local.table import Fact, Table, Wait, as_fact, case_id, to_case


class Cases:
    """The cases in a table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> list[dict[str, Any]]:
        """Return the cases as `/_local/cases.json` shows them, the oldest first."""
        items = self._table.loans()
        tokens = inside.waiting_tokens()
        live = [wait for wait in self._table.waits() if wait.token in tokens]
        facts: dict[str, list[Fact]] = {}
        for row in map(self._table.plain, items):
            if fact := as_fact(row):
                facts.setdefault(case_id(row), []).append(fact)
        heads = [item for item in items if item["sk"]["S"].startswith("CASE")]
        cases = [to_case(head) for head in heads if head["generation"] != {"N": "0"}]
        return [
            _shown(case, [wait for wait in live if wait.case_id == str(case.id)], facts.get(str(case.id), []))
            for case in sorted(cases, key=lambda each: each.opened_at)
        ]


def _shown(case: Any, waits: list[Wait], facts: list[Fact]) -> dict[str, Any]:
    timeline = importlib.import_module("chalicelib.store.timeline")
    lines = sorted([*map(_end, timeline.ends(case)), *facts], key=_order)
    return {
        "case_id": str(case.id),
        "loan": case.loan,
        "lender": case.lender,
        "status": case.status.value,
        "outcome": case.outcome.value if case.outcome else None,
        "next_timer_at": next((stamp(wait.deadline) for wait in waits if not wait.step), None),
        "timezone": case.borrower.timezone,
        "person": _person(case.borrower.person),
        "deliveries": deliveries(case, lines, {w.step: stamp(w.deadline) for w in waits if w.step}),
        "timeline": lines,
    }


def _person(key: str) -> dict[str, Any]:
    person = importlib.import_module("chalicelib.store.persons").get(key)
    dead = {address.channel.value: reason for address, reason in person.suppressed.items()}
    return {"opted_out": sorted(each.value for each in person.opted_out), "suppressed": dead}


def stamp(moment: datetime) -> str:
    """Return a moment as JSON shows it."""
    return moment.isoformat().replace("+00:00", "Z")


def _end(fact: Any) -> Fact:
    return {"at": stamp(fact.at), "kind": fact.kind.value, "which": [], "detail": dict(fact.detail)}


def _order(fact: Fact) -> tuple[str, int]:
    """Order facts by time; those of one second by the order in which a case lives them."""
    kinds = [kind.value for kind in importlib.import_module("chalicelib.domain.codes").FactKind]
    return str(fact["at"]), kinds.index(fact["kind"]) if fact["kind"] in kinds else len(kinds)
