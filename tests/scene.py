"""One scene of the road: the real wiring over moto, with stand-ins for the providers and the machine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Metrics
from moto import mock_aws
from standardwebhooks import Webhook

from chalicelib.channels import Channel
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.domain.keys import CaseId
from chalicelib.intake.take import Intake
from chalicelib.notices.send import Sender
from chalicelib.store import cases, facts, lenders
from chalicelib.store.events import TakenEvent
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers
from chalicelib.wiring import Wiring, install
from tests.fakes import FakeChannel, FakeStepFunctions
from tests.road import DEMO_BANK, NOON, SECRET, Road
from tests.samples import CASE_ID
from tests.table import wipe

__all__ = ["Scene", "counted", "deployment", "scene", "taken_by"]

_KEPT = {
    "settings",
    "clock",
    "sender_clocks",
    "randomness",
    "private_apps",
    "issuer_at",
    "secret",
    "archive",
    "uploads",
}


@dataclass
class Scene:
    """A fresh table with one lender, a set clock, two providers and a machine that records."""

    road: Road
    machine: FakeStepFunctions
    sms: FakeChannel
    mail: FakeChannel
    voice: FakeChannel
    letter: FakeChannel
    runs: int = 0

    @property
    def wiring(self) -> Wiring:
        return self.road.wiring

    def restart(self) -> None:
        """Begin a new process, which remembers nothing of the last one's reading."""
        wiring = self.wiring
        for name in vars(wiring).keys() - _KEPT:
            del vars(wiring)[name]
        settings = wiring.settings
        arns = (
            settings.case_machine_arn,
            settings.delivery_machine_arn,
            settings.repayment_machine_arn,
            settings.complaint_machine_arn,
        )
        wiring.timers = Timers(self.machine, *arns)
        channels: dict[ChannelName, Channel] = {
            ChannelName.SMS: self.sms,
            ChannelName.EMAIL: self.mail,
            ChannelName.VOICE: self.voice,
            ChannelName.LETTER: self.letter,
        }
        wiring.stranger_channels = {ChannelName.EMAIL: self.mail, ChannelName.SMS: self.sms}
        wiring._sender = Sender(channels, wiring.archive, wiring.clock)

    def sign(self, body: bytes, secret: str = SECRET) -> dict[str, str]:
        """Return the headers with which the lender's own library signs a body now."""
        now = self.road.clock.now
        return {
            "webhook-id": "msg-1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign("msg-1", now, body.decode()),
        }

    def take(self, body: bytes) -> TakenEvent:
        """Take a signed event in."""
        return taken_by(self.wiring.intake, self.sign(body), body, self.road.clock.now)

    def accept(self, name: str = "overdue", **changes: Any) -> str:
        """Take an example event in and carry it out; returns its reference."""
        reference = self.take(self.road.event(name, **changes)).reference
        self.carry_out(reference)
        return reference

    def carry_out(self, reference: str) -> None:
        """Do what the queue's consumer does with one record."""
        self.wiring.take_loan_event(json.dumps({"reference": reference}))

    def run(self, stage: Stage, token: str = "", attempt: str = "", **more: Any) -> None:
        """Run the task of a message stage as the machine does, each time with a token and id of its own."""
        self.runs += 1
        task = {
            "case_id": str(CASE_ID),
            "stage": stage.value,
            "token": token or f"token-{stage}-{self.runs}",
            "entered": self.road.clock.now.isoformat(),
        }
        self.wiring.take_notice(json.dumps(task | more), attempt or f"{self.runs:08d}")

    @property
    def case(self) -> Case:
        return cases.get(CASE_ID)

    def facts(self, kind: FactKind | None = None) -> list[Fact]:
        return facts.of(CASE_ID, kind)

    def rows(self) -> list[dict[str, Any]]:
        """Return every row of the table, ordered by key."""
        items = boto3.client("dynamodb").scan(TableName=self.wiring.settings.table)["Items"]
        return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def queued(self) -> list[str]:
        """Return the bodies waiting in the queue of loan events, and take them off it."""
        client, url = boto3.client("sqs"), self.wiring.settings.loan_events_queue_url
        bodies: list[str] = []
        while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def taken_by(intake: Intake, headers: dict[str, str], body: bytes, now: datetime) -> TakenEvent:
    """Take one signed event in, as the door does."""
    received = intake.receive(headers, body, [now])
    (event,) = received.events
    return intake.keep(received.lender, event, now)


_standing: list[Road] = []


@pytest.fixture(scope="package")
def deployment() -> Iterator[Road]:
    """One deployment for a folder of tests; `scene` wipes it between them, folders inside it share it."""
    if _standing:
        yield _standing[0]
        return
    with mock_aws():
        _standing.append(Road())
        yield _standing[0]
        _standing.clear()


@pytest.fixture
def scene(deployment: Road) -> Scene:
    """A fresh scene."""
    return fresh(deployment)


def fresh(deployment: Road) -> Scene:
    """Return a scene on a deployment whose table and queues are emptied."""
    wiring = deployment.wiring
    deployment.clock.now = NOON
    sms, mail, voice, letter = map(FakeChannel, ("sms", "mail", "voice", "letter"))
    found = Scene(deployment, FakeStepFunctions(), sms, mail, voice, letter)
    wipe(wiring.settings.table)
    found.queued()
    install(wiring)
    found.restart()
    wiring.telemetry.metrics.clear_metrics()
    lenders.put(DEMO_BANK)
    return found


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Every metric that is counted, by name."""
    found: Counter[str] = Counter()

    def add(self: Metrics, name: str, unit: object, value: float) -> None:
        found[name] += int(value)

    monkeypatch.setattr(Metrics, "add_metric", add)
    return found


def case_id(generation: int = 1) -> CaseId:
    """Return the id of the example loan's case."""
    return CaseId(CASE_ID.loan_key, generation)
