"""Cases of which one message is due: what the table holds of them, and what the senders' queue then says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import boto3
from moto import mock_aws

from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind, Purpose
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.person import Contact
from chalicelib.store import cases, claims, facts, persons
from chalicelib.store.facts import Fact
from tests.bench import gateway
from tests.bench.units import Item
from tests.road import DEMO_BANK, NOON, SECRET, Road
from tests.scene import taken_by

POSTAL = ["上海市浦东新区世纪大道1号", "200120"]
APP_USER = "user-7"
_STEP = "first_notice"
_LOAN = "LN-2026-000001"
CASE_ID = str(CaseId(loan_key(DEMO_BANK.id, _LOAN), 1))


@dataclass(frozen=True)
class Due:
    """A first notice over one channel: `before` are the channels it went over already, and how they ended.

    `stage` is who sends: the case itself, or the delivery that comes to its next channel.
    """

    channel: ChannelName
    stage: str
    before: tuple[ChannelName, ...]
    ended: FactKind

    @property
    def message(self) -> dict[str, Any]:
        """What the senders' queue says."""
        body = {"case_id": CASE_ID, "stage": self.stage, "token": "token-due", "entered": NOON.isoformat()}
        return body if self.stage == "Notify" else body | {"step": _STEP, "at": "2026-11-23T03:00:00Z"}

    def prepare(self, road: Road) -> None:
        """Open the case and put on record what went before."""
        event = _event(road)
        signed = gateway.signed(event, SECRET, NOON)
        taken = taken_by(road.wiring.intake, signed, event, NOON)
        road.wiring.take_loan_event(json.dumps({"reference": taken.reference}))
        for number, channel in enumerate(self.before):
            self._went_out(channel, number)

    def _went_out(self, channel: ChannelName, number: int) -> None:
        """Longer ago than any receipt is waited for."""
        case = cases.get(CaseId.parse(CASE_ID))
        at = NOON - timedelta(hours=1, minutes=number)
        contact = Contact(at, channel, Purpose.STATUTORY, case.lender, case.id.loan_key)
        value = f"before@{int(at.timestamp())}"
        person = persons.get(case.borrower.person)
        claimed = claims.claim(case, person, f"{_STEP}#{channel.value}", value, contact)
        assert isinstance(claimed, Case)
        facts.append(Fact(case.id, self.ended, at, (_STEP, channel.value), {"rule": "r", "template": "t@1"}))


_BEFORE_A_LETTER = (ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE)
DUE: Mapping[str, Due] = {
    "SMS": Due(ChannelName.SMS, "Notify", (ChannelName.EMAIL,), FactKind.SENT),
    "e-mail": Due(ChannelName.EMAIL, "Notify", (ChannelName.SMS,), FactKind.SENT),
    "letter": Due(ChannelName.LETTER, "Deliver", _BEFORE_A_LETTER, FactKind.FAILED),
}

IN_APP = Due(ChannelName.IN_APP, "Deliver", (ChannelName.SMS, ChannelName.EMAIL), FactKind.FAILED)
"""Under a profile that uses the app (tests/lenders_app.py)."""


@cache
def rows_of(due: Due) -> tuple[Item, ...]:
    """Return the table's rows when the message is due, in DynamoDB's JSON."""
    with mock_aws():
        road = Road()
        due.prepare(road)
        return tuple(boto3.client("dynamodb").scan(TableName=road.wiring.settings.table)["Items"])


def _event(road: Road) -> bytes:
    """Return an overdue loan of somebody who can be reached in every way."""
    event = json.loads(road.event())
    event["data"]["borrower"] |= {"postal": POSTAL, "app_user": APP_USER}
    return json.dumps(event, ensure_ascii=False).encode()
