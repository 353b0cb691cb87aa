"""The timeline: append-only facts of a case, each written once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.rows import FactRow, Row
from chalicelib.store.writes import put_new


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a case at a moment; `which` tells it from others of its kind."""

    case_id: CaseId
    kind: FactKind
    at: datetime
    which: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


def to_row(fact: Fact) -> FactRow:
    """Return the row of a fact, for a write together with others."""
    return FactRow(
        keys.loan(fact.case_id.loan_key),
        keys.fact(fact.case_id, fact.kind, *fact.which),
        kind=fact.kind.value,
        at=fact.at,
        detail=dict(fact.detail),
    )


def append(fact: Fact) -> bool:
    """Write a fact unless it is there already; returns whether it is new."""
    return put_new(to_row(fact))


def find(case_id: CaseId, kind: FactKind, *which: str) -> Fact | None:
    """Return this very fact, None when it is not on record (strongly consistent)."""
    key = keys.fact(case_id, kind, *which)
    try:
        row = FactRow.get(keys.loan(case_id.loan_key), key, consistent_read=True)
    except FactRow.DoesNotExist:
        return None
    return from_row(case_id, row)


def exists(case_id: CaseId, kind: FactKind, *which: str) -> bool:
    """Whether this very fact is on record (strongly consistent)."""
    return find(case_id, kind, *which) is not None


def stands(fact: Fact) -> bool:
    """Whether this fact is on record in these words: another's under the same name is no repeat of it."""
    found = find(fact.case_id, fact.kind, *fact.which)
    return found is not None and found.detail == json.loads(json.dumps(dict(fact.detail)))


def of(case_id: CaseId, kind: FactKind | None = None) -> list[Fact]:
    """Return a case's facts, oldest first; only those of one kind when it is given."""
    prefix = keys.facts(case_id) if kind is None else keys.fact(case_id, kind)
    rows = FactRow.query(keys.loan(case_id.loan_key), Row.sk.startswith(prefix), consistent_read=True)
    return in_order(from_row(case_id, row) for row in rows)


def in_order(found: Iterable[Fact]) -> list[Fact]:
    """Return facts oldest first; those of one second in the order in which a case lives them."""
    order = list(FactKind)
    return sorted(found, key=lambda fact: (fact.at, order.index(fact.kind)))


def from_row(case_id: CaseId, row: FactRow) -> Fact:
    """Return the fact that a row of a case holds."""
    kind = FactKind(row.kind)
    rest = row.sk.removeprefix(keys.fact(case_id, kind)).lstrip("#")
    which = tuple(rest.split("#")) if rest else ()
    return Fact(case_id, kind, row.at, which, row.detail)
