"""What a mediated case costs on AWS, from the application to the plan kept, with all an act sets going."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto import mock_aws

import app
from chalicelib.domain.codes import CaseStatus
from chalicelib.store import directory
from chalicelib.store.seal_key import SealKey
from chalicelib.timers import Timers
from tests.bench import gateway
from tests.bench.record import Recorder, Tally, recording
from tests.faults.plane import Call
from tests.mediation.test_assign import LI_JING
from tests.road import Road
from tests.scene import fresh
from tests.timers import acts
from tests.timers.play import MACHINES, Play
from tests.timers.table import at

Act = Callable[[Play], None]


def _until(moment: datetime) -> Act:
    return lambda play: play.to(moment)


def _of_instalment(number: int, due: datetime) -> tuple[tuple[str, Act], ...]:
    """An instalment is reminded of three days ahead, and paid on its day."""
    reminded = _until(due - timedelta(days=3) + timedelta(hours=1))
    return (f"reminder {number}", reminded), (f"payment {number}", acts.pay_instalment)


PARTS: tuple[tuple[str, Act], ...] = (
    ("application", acts.apply),
    ("acceptance, assignment", acts.accept),
    ("times offered", acts.offer),
    ("booking", acts.book),
    ("two reminders", _until(acts.FIRST)),
    ("session", acts.meet),
    ("draft", acts.draft),
    ("final text", acts.freeze),
    ("code for the borrower", acts.ask_code),
    ("borrower signs", acts.borrower_signs),
    ("creditor signs", acts.creditor_signs),
    ("mediator signs, seal, plan", acts.mediator_signs),
    *_of_instalment(1, at(1, 10, 10, year=2027)),
    *_of_instalment(2, at(2, 10, 10, year=2027)),
    *_of_instalment(3, at(3, 10, 10, year=2027)),
)
"""Each with all that follows from it until every machine waits again: Steer, waits, messages, receipts."""


@dataclass
class Counted(Play):
    """A deployment whose every call leaves through botocore; its machines answer those to Step Functions."""

    recorder: Recorder = field(default_factory=Recorder)
    heard: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        wiring = self.scene.wiring
        del vars(wiring)["_sender"]
        arns = (getattr(wiring.settings, f"{name}_machine_arn") for name in MACHINES)
        wiring.timers = Timers(wiring.client("stepfunctions"), *arns)
        key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        vars(wiring)["seal_key"] = SealKey(wiring.client("kms"), key["KeyMetadata"]["KeyId"])

    def _arrive(self) -> None:
        """The provider of an SMS tells that it arrived, as it really does."""
        while self.heard < len(self.recorder.tags):
            tags = self.recorder.tags[self.heard]
            self.heard += 1
            receipt = {"eventType": "TEXT_DELIVERED", "messageId": f"sms-{self.heard}", "context": tags}
            said = app.take_receipt(gateway.records(receipt), gateway.Context())
            assert said == {"batchItemFailures": []}


@dataclass(frozen=True)
class MediatedCounts:
    """Tallies and transitions by part."""

    parts: dict[str, Tally]
    transitions: dict[str, int]

    @property
    def whole(self) -> Tally:
        total = Tally()
        for tally in self.parts.values():
            total.writes += tally.writes
            total.reads += tally.reads
            for name, number in tally.calls.items():
                total.calls[name] = total.calls.get(name, 0) + number
        return total


def count() -> MediatedCounts:
    """Carry a case from its application to its last instalment; secrets and lender are cached."""
    running: list[Play] = []

    def step_functions(event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        service, operation = event_name.split(".")[1:]
        if service != "sfn" or not running:
            return None
        body: dict[str, Any] = json.loads(request.body)
        call = Call(service, operation, "", body)
        return running[0].machine.api(call, lambda: AWSResponse(request.url, 500, {}, None))

    with mock_aws(), recording(step_functions) as recorder:
        play = Counted(fresh(Road()), recorder=recorder)
        running.append(play)
        return _carry(play)


def _carry(play: Counted) -> MediatedCounts:
    directory.put(LI_JING)
    acts.overdue(play)
    transitions: dict[str, int] = {}
    for name, act in PARTS:
        before = _entered(play)
        with play.recorder.phase(name):
            act(play)
            play.run()
        transitions[name] = _entered(play) - before
    assert play.case.status == CaseStatus.CLOSED, play.case.status
    return MediatedCounts(dict(play.recorder.tallies), transitions)


def _entered(play: Play) -> int:
    """Every state entered is a billed transition."""
    return sum(len(one.history) for one in play.machine.executions.values())
