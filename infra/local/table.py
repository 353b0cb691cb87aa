"""Reads the deployed table row by row, for the local pages and the timers."""

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

_WAIT, _WATCH, _HEAD = "#WAIT", "#WATCH#", "CASE"
_COMPLAINT = "COMPLAINT#"
_DELIVER, _LOOKS_AGAIN = "Deliver", ("Breached", "Late")
_UNANSWERED = ("RECEIVED", "NOTICED")

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Wait:
    """A timer: when it falls due (UTC), the stage it leads to, and the token of the task it ends.

    `case_id` is a complaint's reference when its own machine waits. `step` names the messages whose delivery
    waits; a case's own wait has none. `idle`: nothing can come of
    it but the end of the execution, because the case is closed or answered or no other channel is left, or
    but another look at a broken plan.
    """

    deadline: datetime
    case_id: str
    stage: str
    token: str
    step: str = ""
    idle: bool = False


class Table:
    """The rows of the table named `name`; everything is read anew each time."""

    def __init__(self, name: str) -> None:
        self._name, self._plain = name, TypeDeserializer().deserialize
        self._scan = client("dynamodb").get_paginator("scan")

    def waits(self) -> list[Wait]:
        """Return every stored wait of every machine, the one due first in front; some may be over already."""
        condition = "contains(sk, :wait) OR contains(sk, :watch) OR sk = :head"
        items = list(self._items(condition, {":wait": _WAIT, ":watch": _WATCH, ":head": _HEAD}))
        heads = {item["pk"]["S"]: item for item in items if item["sk"]["S"] == _HEAD}
        rows = [self.plain(item) for item in items if item["sk"]["S"] != _HEAD]
        return sorted(_wait(row, heads.get(row["pk"])) for row in rows if row.get("token"))

    def loans(self) -> list[dict[str, Any]]:
        """Return all that is stored about loans, as DynamoDB has it."""
        return list(self._items("begins_with(pk, :loan)", {":loan": "LOAN#"}))

    def plain(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return a stored row as plain Python values."""
        return {name: self._plain(value) for name, value in item.items()}

    def _items(self, condition: str, values: dict[str, str]) -> Iterator[dict[str, Any]]:
        pages = self._scan.paginate(
            TableName=self._name,
            FilterExpression=condition,
            ExpressionAttributeValues={name: {"S": text} for name, text in values.items()},
            ConsistentRead=True,
        )
        return (item for page in pages for item in page["Items"])


def case_id(row: dict[str, Any]) -> str:
    """Return the id of the case that a row below a loan is about."""
    generation = int(str(row["sk"]).partition("#")[0])
    return f"{str(row['pk']).removeprefix('LOAN#')}-{generation}"


def _wait(row: dict[str, Any], head: dict[str, Any] | None) -> Wait:
    step, token = str(row["sk"]).partition(_WATCH)[2], str(row["token"])
    deadline = datetime.fromisoformat(str(row["deadline"]).replace("Z", "+00:00")).astimezone(UTC)
    looks_again = row.get("stage") in _LOOKS_AGAIN
    if head is None:
        reference = str(row["pk"]).removeprefix(_COMPLAINT)
        return Wait(deadline, reference, str(row["stage"]), token, idle=looks_again)
    stage = _DELIVER if step else str(row["resume"])
    idle = _is_idle(head, case_id(row), step) if step else looks_again
    return Wait(deadline, case_id(row), stage, token, step, idle)


def _is_idle(head: dict[str, Any], case: str, step: str) -> bool:
    """Whether no other channel can be tried for a step any more."""
    current = to_case(head)
    if str(current.id) != case or current.status.value not in _UNANSWERED or step in current.reached:
        return True
    profile = importlib.import_module("chalicelib.profiles").of_version(
        current.profile, current.profile_version
    )
    known = profile.step_named(step)
    return all(f"{step}#{channel.value}" in current.claims for channel in (*known.channels, *known.fallback))


def as_fact(row: dict[str, Any]) -> Fact | None:
    """Return the line of the timeline in a row, or None; its key says which of its kind it is."""
    key = str(row["sk"]).partition("#T#")[2]
    if not key:
        return None
    kind, *which = key.split("#")
    detail = row.get("detail")
    with suppress(ValueError):
        detail = json.loads(detail) if isinstance(detail, str) else _plain(detail)
    return {"at": row.get("at"), "kind": row.get("kind", kind), "which": which, "detail": detail}


def to_case(head: dict[str, Any]) -> Any:
    """Return the product's own Case of a head as it is stored."""
    rows = importlib.import_module("chalicelib.store.rows")
    return importlib.import_module("chalicelib.store.case_rows").to_case(rows.CaseRow.from_raw_data(head))


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
