"""What a scenario leaves behind outside the table, kept as plain data so that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from tests.faults.provider import Delivery
from tests.road import NOON
from tests.table import NAME

Row = dict[str, Any]


@dataclass
class Borrower:
    """A person at his phone: he opens the link of the last SMS and presses a button until it works.

    `let_in` names the message of each one-time code that let him in.
    """

    cookie: str = ""
    csrf: str = ""
    answers_id: str = ""
    check: str = ""
    confirmed: list[tuple[str, str]] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)


@dataclass
class State:
    """All that a scenario leaves behind outside the table, so that it can be taken back.

    `chance` (0 to 1) chooses between two SMS providers, `apps`: the profile uses the lender's app; `told`:
    what was taken from a provider by another door than its queue (case, step, channel, word); `answers`: what
    each form of the staff was last answered, `refused` in which words; `raced`: none is sent again after the
    other
    act has answered it in its own way.
    """

    now: datetime = NOON
    queue: list[str] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    feed: list[str] = field(default_factory=list)
    fed: list[str] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    given_notices: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    unsent: list[bytes] = field(default_factory=list)
    accepted: list[tuple[bytes, str]] = field(default_factory=list)
    borrower: Borrower = field(default_factory=Borrower)
    receipts: list[str] = field(default_factory=list)
    given_receipts: list[str] = field(default_factory=list)
    invocations: int = 0
    random: int = 0
    pending: list[str] = field(default_factory=list)
    claimed: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    rested: bool = False
    gave_up: bool = False
    lag: timedelta = timedelta(hours=2)
    alibaba_share: float = 0.0
    chance: float = 0.0
    apps: bool = False
    told: list[tuple[str, str, str, str]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    raced: bool = False


@dataclass
class Snapshot:
    """The world at one moment."""

    state: State
    rows: Any
    executions: Any
    issued: int
    outbox: list[Delivery]
    refuse: dict[str, str]
    strangers: list[Delivery]


def table() -> Any:
    """Return moto's own table, to be read, kept and put back without a call."""
    return dynamodb_backends["123456789012"]["us-east-1"].tables[NAME]


def rows() -> list[Row]:
    """Return every row of the table, as plain values."""
    return [
        {name: _plain(value) for name, value in item.attrs.items()}
        for ranges in table().items.values()
        for item in ranges.values()
    ]


def _plain(value: Any) -> Any:
    kind, inner = (value.type, value.value) if isinstance(value, DynamoType) else next(iter(value.items()))
    if kind == "M":
        return {name: _plain(each) for name, each in inner.items()}
    if kind == "L":
        return [_plain(each) for each in inner]
    return sorted(inner) if kind in ("SS", "NS") else inner
