"""Reads the deployed table as the local pages show it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer

from infra.local.clients import client

_WAIT = "#WAIT"


@dataclass(frozen=True, slots=True, order=True)
class Wait:
    """A timer of a case: when it falls due (UTC), and the token of the task it ends."""

    deadline: datetime
    case_id: str
    stage: str
    token: str


class Cases:
    """The cases in the table named `table`."""

    def __init__(self, table: str) -> None:
        self._table, self._plain = table, TypeDeserializer().deserialize
        self._scan = client("dynamodb").get_paginator("scan")

    def waits(self) -> list[Wait]:
        """Return every stored wait, the one due first in front; some may be over already."""
        rows = map(self._row, self._items("contains(sk, :text)", _WAIT))
        return sorted(_wait(row) for row in rows if row.get("token") and row.get("deadline"))

    def all(self, waiting: set[str]) -> list[dict[str, Any]]:
        """Return the cases as `/_local/cases.json` shows them; `waiting`: the tokens that are live."""
        items = list(self._items("begins_with(pk, :text)", "LOAN#"))
        due = {wait.case_id: wait.deadline for wait in self.waits() if wait.token in waiting}
        facts: dict[str, list[dict[str, Any]]] = {}
        for row in map(self._row, items):
            generation, mark, which = str(row["sk"]).partition("#T#")
            if mark:
                facts.setdefault(f"{_loan_key(row)}-{int(generation)}", []).append(_fact(row, which))
        heads = [item for item in items if item["sk"]["S"].startswith("CASE")]
        cases = [_to_case(head) for head in heads if head["generation"] != {"N": "0"}]
        return [_shown(case, due, facts) for case in sorted(cases, key=lambda each: each.opened_at)]

    def _items(self, condition: str, text: str) -> Iterator[dict[str, Any]]:
        pages = self._scan.paginate(
            TableName=self._table,
            FilterExpression=condition,
            ExpressionAttributeValues={":text": {"S": text}},
            ConsistentRead=True,
        )
        return (item for page in pages for item in page["Items"])

    def _row(self, item: dict[str, Any]) -> dict[str, Any]:
        return {name: self._plain(value) for name, value in item.items()}


def _loan_key(row: dict[str, Any]) -> str:
    return str(row["pk"]).removeprefix("LOAN#")


def _wait(row: dict[str, Any]) -> Wait:
    generation = int(str(row["sk"]).removesuffix(_WAIT))
    deadline = datetime.fromisoformat(str(row["deadline"]).replace("Z", "+00:00")).astimezone(UTC)
    return Wait(deadline, f"{_loan_key(row)}-{generation}", str(row.get("stage", "")), str(row["token"]))


def _to_case(head: dict[str, Any]) -> Any:
    """Return the product's own Case of a head as it is stored."""
    rows = importlib.import_module("chalicelib.store.rows")
    return importlib.import_module("chalicelib.store.case_rows").to_case(rows.CaseRow.from_raw_data(head))


def _shown(case: Any, due: dict[str, datetime], facts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    timeline = importlib.import_module("chalicelib.store.timeline")
    timer = due.get(str(case.id))
    ends = [_end(fact) for fact in timeline.ends(case)]
    return {
        "case_id": str(case.id),
        "loan": case.loan,
        "lender": case.lender,
        "status": case.status.value,
        "outcome": case.outcome.value if case.outcome else None,
        "next_timer_at": timer.isoformat().replace("+00:00", "Z") if timer else None,
        "timeline": sorted([*ends, *facts.get(str(case.id), [])], key=_order),
    }


def _end(fact: Any) -> dict[str, Any]:
    at = fact.at.isoformat().replace("+00:00", "Z")
    return {"at": at, "kind": fact.kind.value, "which": [], "detail": dict(fact.detail)}


def _fact(row: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a line of the timeline; `key` is its kind and what tells it from others of that kind."""
    kind, *which = key.split("#")
    detail = row.get("detail")
    with suppress(ValueError):
        detail = json.loads(detail) if isinstance(detail, str) else _plain(detail)
    return {"at": row.get("at"), "kind": row.get("kind", kind), "which": which, "detail": detail}


def _order(fact: dict[str, Any]) -> tuple[str, int]:
    """Order facts by time; those of one second by the order in which a case lives them."""
    kinds = [kind.value for kind in importlib.import_module("chalicelib.domain.codes").FactKind]
    return str(fact["at"]), kinds.index(fact["kind"]) if fact["kind"] in kinds else len(kinds)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | set | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Binary | bytes):
        return bytes(value).hex()
    if hasattr(value, "as_tuple"):  # Decimal
        return int(value) if value == int(value) else float(value)
    return value
