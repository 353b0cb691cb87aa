"""The machines on moto's Step Functions, as a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.responses import StepFunctionResponse

from tests.machine.road import Machine, Queue, definition
from tests.packaging import built


def send_task_failure(response: StepFunctionResponse) -> ActionResult:
    """moto 5.2.5 drops the cause of SendTaskFailure at its door, though its engine carries it: pass it on."""
    token, error, cause = (response._get_param(name) for name in ("taskToken", "error", "cause"))
    backend: Any = response.stepfunction_backend
    backend.send_task_failure(token, error=error, cause=cause)
    return EmptyResult()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(StepFunctionResponse, "send_task_failure", send_task_failure)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}):
        client = boto3.client("stepfunctions", region_name="us-east-1")
        sqs = boto3.client("sqs", region_name="us-east-1")
        queue = Queue(sqs, sqs.create_queue(QueueName="accord-notices")["QueueUrl"])
        arns = {}
        for name in ("case", "delivery", "repayment", "complaint"):
            made = client.create_state_machine(
                name=f"accord-test-{name}",
                definition=definition(name, queue),
                roleArn="arn:aws:iam::123456789012:role/machine",
            )
            arns[name] = made["stateMachineArn"]
        machine = Machine(client, arns, queue)
        monkeypatch.setattr(LambdaSimpleBackend, "invoke", machine.invoke)
        yield machine
        if machine.road is not None and machine.road.arn:  # an execution left open holds a thread
            client.stop_execution(executionArn=machine.road.arn)


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The packaged template."""
    return built.template()
