"""Timers: the only caller of Step Functions; every deadline is a wait of the case machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

from chalicelib.domain.codes import Signal, Stage
from chalicelib.domain.keys import CaseId

_GONE = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}
_RUNNING = {"RUNNING", "PENDING_REDRIVE"}
_MAX_RESTARTS = 9


class StepFunctions(Protocol):
    """The part of boto3's Step Functions client that is used."""

    def start_execution(self, **kwargs: Any) -> Any: ...
    def describe_execution(self, **kwargs: Any) -> Any: ...
    def send_task_success(self, **kwargs: Any) -> Any: ...
    def send_task_failure(self, **kwargs: Any) -> Any: ...


class Timers:
    """Starts and signals the executions of one case machine."""

    def __init__(self, client: StepFunctions, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, case_id: CaseId, timers: Mapping[str, int]) -> None:
        """Start a case's execution; a case that has one already keeps it (`timers`: seconds by stage)."""
        self._start(str(case_id), case_id, timers)

    def ensure_running(self, case_id: CaseId, timers: Mapping[str, int]) -> bool:
        """Start an execution if none of the case's is running; returns whether one was started.

        An ended execution keeps its name, so a restart is called `{case_id}-r1`, `-r2` …
        """
        for name in (str(case_id), *(f"{case_id}-r{n}" for n in range(1, _MAX_RESTARTS + 1))):
            status = self._status(name)
            if status in _RUNNING:
                return False
            if status is None:
                self._start(name, case_id, timers)
                return True
        return False

    def answer(self, token: str) -> bool:
        """End a wait because the borrower answered; returns False when the wait was over already."""
        output = json.dumps({"signal": Signal.ANSWERED.value})
        return self._signal("send_task_success", taskToken=token, output=output)

    def settle(self, token: str) -> bool:
        """End a wait and its execution because the case is closed; False when the wait was over already."""
        return self._signal("send_task_failure", taskToken=token, error=Signal.SETTLED.value, cause="closed")

    def defer(self, token: str, stage: Stage, seconds: int) -> bool:
        """Send an execution to wait `seconds` and then enter `stage`; False when the wait was over."""
        cause = json.dumps({"stage": stage.value, "seconds": max(1, seconds)})
        return self._signal("send_task_failure", taskToken=token, error=Signal.DEFERRED.value, cause=cause)

    def _start(self, name: str, case_id: CaseId, timers: Mapping[str, int]) -> None:
        try:
            self._client.start_execution(
                stateMachineArn=self._machine_arn,
                name=name,
                input=json.dumps({"case_id": str(case_id), "timers": dict(timers)}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def _status(self, name: str) -> str | None:
        arn = self._machine_arn.replace(":stateMachine:", ":execution:") + f":{name}"
        try:
            return str(self._client.describe_execution(executionArn=arn)["status"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return None

    def _signal(self, operation: str, **kwargs: Any) -> bool:
        try:
            getattr(self._client, operation)(**kwargs)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            return False
        return True
