"""The case machine on moto's Step Functions, as a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.responses import StepFunctionResponse

from tests.machine.road import Machine, definition
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
        made = client.create_state_machine(
            name="accord-test-case", definition=definition(), roleArn="arn:aws:iam::123456789012:role/machine"
        )
        case = Machine(client, made["stateMachineArn"])
        monkeypatch.setattr(LambdaSimpleBackend, "invoke", case.invoke)
        yield case
        if case.road is not None and case.road.arn:  # an execution left open holds a thread
            client.stop_execution(executionArn=case.road.arn)


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The packaged template."""
    return built.template()
