"""Stand-ins that keep the real protocols: a message provider and the Step Functions service."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.channels import Accepted, Outgoing, Result


@dataclass
class FakeChannel:
    """A provider: records what it is given and answers as told, else accepts under `{name}-1`, `{name}-2` …

    `meanwhile` runs while the message is on its way.
    """

    name: str
    answers: list[Result] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def send(self, message: Outgoing) -> Result:
        self.sent.append(message)
        self.meanwhile()
        return self.answers.pop(0) if self.answers else Accepted(f"{self.name}-{len(self.sent)}")


def client_error(code: str, operation: str = "Operation", status: int = 400) -> ClientError:
    """Return an error as botocore raises it."""
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code, "Message": code}, "ResponseMetadata": metadata}, operation)


@dataclass
class FakeStepFunctions:
    """Step Functions as AWS has it: unique names per machine, dead tokens refused, `failing` calls fail."""

    statuses: dict[str, str] = field(default_factory=dict)
    machines: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    signals: list[tuple[str, str, Any]] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    failing: dict[str, str] = field(default_factory=dict)

    def start_execution(self, **kwargs: Any) -> Any:
        self._fail("start_execution")
        name = kwargs["name"]
        if name in self.statuses:
            raise client_error("ExecutionAlreadyExists", "StartExecution")
        self.statuses[name], self.machines[name] = "RUNNING", kwargs["stateMachineArn"]
        self.inputs[name] = json.loads(kwargs["input"])
        return {"executionArn": f"arn:{name}"}

    def describe_execution(self, **kwargs: Any) -> Any:
        self._fail("describe_execution")
        name = kwargs["executionArn"].rpartition(":")[2]
        if name not in self.statuses:
            raise client_error("ExecutionDoesNotExist", "DescribeExecution")
        return {"status": self.statuses[name]}

    def send_task_success(self, **kwargs: Any) -> Any:
        self._signal("send_task_success", kwargs["taskToken"], "success", json.loads(kwargs["output"]))

    def send_task_failure(self, **kwargs: Any) -> Any:
        self._signal("send_task_failure", kwargs["taskToken"], kwargs["error"], kwargs["cause"])

    def _signal(self, operation: str, token: str, kind: str, what: Any) -> None:
        self._fail(operation)
        if token in self.dead:
            raise client_error("TaskTimedOut", operation)
        self.dead.add(token)
        self.signals.append((token, kind, what))

    def _fail(self, operation: str) -> None:
        if operation in self.failing:
            raise client_error(self.failing[operation], operation, 500)
