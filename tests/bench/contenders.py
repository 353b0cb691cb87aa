"""Who is measured: the product, a bare boto3 handler and FastAPI with Mangum, at the same two doors."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import bootstrap, gateway
from tests.bench.aws_stub import REFERENCE
from tests.bench.bootstrap import Measured
from tests.bench.trees import Trees
from tests.road import EXAMPLES, SECRET

_WARM_UP = 20
"""Events before the warm ones: first calls of every code path, first connections."""


@dataclass(frozen=True)
class Door:
    """A way in: the event that is given, the answer that is right, the rivals' further AWS client."""

    name: str
    event: Callable[[], dict[str, Any]]
    right: Callable[[Any], bool]
    service: str


def _posted() -> dict[str, Any]:
    body = (EXAMPLES / "overdue.json").read_text(encoding="utf-8")
    headers = gateway.signed(body.encode(), SECRET, datetime.now(UTC))
    return gateway.request("POST", "/v1/events", headers=headers, body=body)


HTTP = Door("POST /v1/events", _posted, lambda answer: answer["statusCode"] == 202, "sqs")
QUEUE = Door(
    "take_loan_event",
    lambda: gateway.records({"reference": REFERENCE}),
    lambda answer: answer == {"batchItemFailures": []},
    "stepfunctions",
)


@dataclass(frozen=True)
class Contender:
    """A handler at a door, and the trees it runs from, its own first."""

    name: str
    door: Door
    handler: str
    trees: tuple[str, ...]

    def measure(self, trees: Trees, environment: Mapping[str, str], events: int) -> Measured:
        """Run one process of it; HandlerFailed when it answers wrongly."""
        return self._run(self.handler, self.trees, trees, environment, events)

    def meter(self, trees: Trees, environment: Mapping[str, str], events: int, report: Path) -> Metered:
        """Run one process of it with its time split into AWS calls and all the rest."""
        more = {"METERED_HANDLER": self.handler, "METERED_REPORT": str(report)}
        order = (*self.trees, "rivals")
        report.unlink(missing_ok=True)
        self._run("rivals.metered.handler", order, trees, {**environment, **more}, events)
        lines = [json.loads(line) for line in report.read_text().splitlines()][_WARM_UP:]
        middle = {name: statistics.median(line[name] for line in lines) for name in ("own", "aws", "calls")}
        return Metered(own_us=middle["own"] / 1e3, aws_us=middle["aws"] / 1e3, calls=int(middle["calls"]))

    def _run(
        self, handler: str, order: Sequence[str], trees: Trees, environment: Mapping[str, str], events: int
    ) -> Measured:
        folder, *rest = (getattr(trees, name) for name in order)
        given = {**environment, "RIVAL_SERVICE": self.door.service}
        return bootstrap.run(
            handler,
            folder,
            [*rest, trees.runtime],
            given,
            event=self.door.event(),
            events=_WARM_UP + events,
            right=self.door.right,
        )


@dataclass(frozen=True)
class Metered:
    """CPU of one warm event in microseconds: in botocore's calls, and in all the rest of the handler."""

    own_us: float
    aws_us: float
    calls: int


CONTENDERS = (
    Contender("accord", HTTP, "app.app", ("task", "layer")),
    Contender("bare boto3", HTTP, "rivals.bare.http", ("rivals", "layer")),
    Contender("FastAPI + Mangum", HTTP, "rivals.framework.http", ("rivals", "frameworks", "layer")),
    Contender("accord", QUEUE, "app.take_loan_event", ("task", "layer")),
    Contender("bare boto3", QUEUE, "rivals.bare.queue", ("rivals", "layer")),
)
FLOOR = Contender("empty handler", HTTP, "rivals.floor.http", ("rivals", "layer"))


def environment(aws: str) -> dict[str, str]:
    """Return a function's environment, with AWS at host:port `aws`."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": f"http://{aws}",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_LAMBDA_FUNCTION_NAME": "accord-bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "POWERTOOLS_SERVICE_NAME": "accord",
        "POWERTOOLS_METRICS_NAMESPACE": "Accord",
        "LOG_LEVEL": "INFO",
        **dict(_accord()),
    }


def _accord() -> Iterator[tuple[str, str]]:
    values = {
        "STAGE": "bench",
        "TABLE": "accord-bench",
        "LOAN_EVENTS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/accord-loan-events",
        "RECEIPTS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/accord-receipts",
        "DELIVERY_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:accord-bench-delivery",
        "REPAYMENT_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:accord-bench-repayment",
        "COMPLAINT_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:accord-bench-complaint",
        "RECORDS_BUCKET": "accord-bench-records",
        "PRINT_BUCKET": "accord-bench-print",
        "UPLOADS_BUCKET": "accord-bench-uploads",
        "SMS_PER_SECOND": "20",
        "VOICE_ORIGINATION": "",
        "VOICE_PER_SECOND": "1",
        "ALIBABA_SECRET": "accord/bench/alibaba",
        "ALIBABA_SHARE": "0",
        "EMAIL_PER_SECOND": "14",
        "SENDERS": "10",
        "STAFF_POOL": "us-east-1_Staff",
        "STAFF_CLIENT": "client",
        "STAFF_LOGIN_URL": "https://sign-in.example",
        "CASE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:accord-bench-case",
        "PUBLIC_URL": "https://accord.example",
        "KEYS_SECRET": "accord/bench/keys",
        "LENDER_SECRET_PREFIX": "accord/bench/lender/",
        "SMS_ORIGINATION": "ACCORD",
        "SMS_CONFIGURATION_SET": "accord-bench",
        "EMAIL_FROM": "notice@accord.example",
        "EMAIL_CONFIGURATION_SET": "accord-bench",
    }
    return ((f"ACCORD_{name}", value) for name, value in values.items())


def warm(measured: Measured) -> tuple[float, float]:
    """Return the medians of a process's warm events: CPU and wall clock, in nanoseconds."""
    return statistics.median(measured.cpu[_WARM_UP:]), statistics.median(measured.wall[_WARM_UP:])
