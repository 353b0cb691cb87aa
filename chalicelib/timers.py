"""Timers: the only caller of Step Functions; every deadline is a wait of a machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import ClientError

from chalicelib.domain.codes import Signal, Stage
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp

_GONE = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}
_RUNNING = {"RUNNING", "PENDING_REDRIVE"}
_MAX_RESTARTS = 9


class StepFunctions(Protocol):
    """The part of boto3's Step Functions client that is used."""

    def start_execution(self, **kwargs: Any) -> Any: ...
    def describe_execution(self, **kwargs: Any) -> Any: ...
    def send_task_success(self, **kwargs: Any) -> Any: ...
    def send_task_failure(self, **kwargs: Any) -> Any: ...


class RestartsSpent(Exception):
    """An execution broke as often as it may be started anew; a person has to look."""


class Timers:
    """Starts and signals executions: per case, per step of messages, per plan to be kept, per complaint."""

    def __init__(
        self,
        client: StepFunctions,
        case_machine: str,
        delivery_machine: str,
        repayment_machine: str,
        complaint_machine: str,
    ) -> None:
        self._client = client
        self._case_machine = case_machine
        self._delivery_machine = delivery_machine
        self._repayment_machine = repayment_machine
        self._complaint_machine = complaint_machine

    def start(self, case_id: CaseId, timers: Mapping[str, int]) -> None:
        """Start a case's execution; a case that has one already keeps it (`timers`: seconds by stage)."""
        self._start(self._case_machine, str(case_id), _case(case_id, timers))

    def ensure_running(self, case_id: CaseId, timers: Mapping[str, int]) -> bool:
        """Start an execution if none of the case's is running; returns whether one was started.

        Raises RestartsSpent when it has been started anew too often.
        """
        return self._ensure(self._case_machine, str(case_id), _case(case_id, timers))

    def deliver(self, case_id: CaseId, step: str, patience: int, at: datetime) -> None:
        """Start seeing a step delivered that fell due at `at` (UTC); one that is seen to already stays.

        `patience`: seconds that a receipt may take before the next channel is tried.
        """
        data = _delivery(case_id, step, patience, at)
        self._start(self._delivery_machine, f"{case_id}-{step}", data)

    def ensure_delivering(self, case_id: CaseId, step: str, patience: int, at: datetime) -> bool:
        """Start a step's delivery if none is running; see ensure_running."""
        data = _delivery(case_id, step, patience, at)
        return self._ensure(self._delivery_machine, f"{case_id}-{step}", data)

    def repay(self, case_id: CaseId, plan: int, now: datetime) -> None:
        """Start keeping a case to its plan, the `plan`-th agreed; one that is kept to already stays."""
        self._start(self._repayment_machine, _plan_name(case_id, plan, 1), _repayment(case_id, plan, 1, now))

    def ensure_repaying(self, case_id: CaseId, plan: int, leg: int, now: datetime) -> bool:
        """Start the `leg`-th execution of a plan if it does not run; see ensure_running."""
        data = _repayment(case_id, plan, leg, now)
        return self._ensure(self._repayment_machine, _plan_name(case_id, plan, leg), data)

    def handle(self, reference: str, complaint_id: str, now: datetime) -> None:
        """Start keeping a complaint's clocks; one whose clocks are kept already keeps its execution."""
        data = _complaint(reference, complaint_id, 1, now)
        self._start(self._complaint_machine, _complaint_name(reference, complaint_id, 1), data)

    def ensure_handling(self, reference: str, complaint_id: str, leg: int, now: datetime) -> bool:
        """Start the `leg`-th execution of a complaint if it does not run; see ensure_running."""
        data = _complaint(reference, complaint_id, leg, now)
        return self._ensure(self._complaint_machine, _complaint_name(reference, complaint_id, leg), data)

    def answer(self, token: str) -> bool:
        """End a wait because the borrower answered; returns False when the wait was over already."""
        output = json.dumps({"signal": Signal.ANSWERED.value})
        return self._signal("send_task_success", taskToken=token, output=output)

    def settle(self, token: str) -> bool:
        """End a wait and its execution because the case is closed; False when the wait was over already."""
        return self._fail(token, Signal.SETTLED, "closed")

    def defer(self, token: str, stage: Stage, seconds: int) -> bool:
        """Send an execution to wait `seconds` and then enter `stage`; False when the wait was over."""
        cause = json.dumps({"stage": stage.value, "seconds": max(1, seconds)})
        return self._fail(token, Signal.DEFERRED, cause)

    def delivered(self, token: str) -> bool:
        """End a step's delivery: a message arrived or none is needed; False when the wait was over."""
        return self._signal("send_task_success", taskToken=token, output="{}")

    def undelivered(self, token: str) -> bool:
        """Let a step's delivery try its next channel at once; False when the wait was over already."""
        return self._fail(token, Signal.UNDELIVERED, "every message sent so far failed")

    def exhausted(self, token: str) -> bool:
        """End a step's delivery because no channel is left; False when the wait was over already."""
        return self._fail(token, Signal.EXHAUSTED, "no channel is left")

    def _start(self, machine: str, name: str, data: Mapping[str, Any]) -> None:
        try:
            self._client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(data))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def _ensure(self, machine: str, base: str, data: Mapping[str, Any]) -> bool:
        """An ended execution keeps its name, so a restart is called `{base}-r1`, `-r2` …"""
        for name in (base, *(f"{base}-r{n}" for n in range(1, _MAX_RESTARTS + 1))):
            status = self._status(machine, name)
            if status in _RUNNING:
                return False
            if status is None:
                self._start(machine, name, data)
                return True
        raise RestartsSpent(base)

    def _status(self, machine: str, name: str) -> str | None:
        arn = machine.replace(":stateMachine:", ":execution:") + f":{name}"
        try:
            return str(self._client.describe_execution(executionArn=arn)["status"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return None

    def _fail(self, token: str, signal: Signal, cause: str) -> bool:
        return self._signal("send_task_failure", taskToken=token, error=signal.value, cause=cause)

    def _signal(self, operation: str, **kwargs: Any) -> bool:
        try:
            getattr(self._client, operation)(**kwargs)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            return False
        return True


def _case(case_id: CaseId, timers: Mapping[str, int]) -> dict[str, Any]:
    return {"case_id": str(case_id), "timers": dict(timers)}


def _delivery(case_id: CaseId, step: str, patience: int, at: datetime) -> dict[str, Any]:
    return {"case_id": str(case_id), "step": step, "patience": patience, "at": stamp(at)}


def _plan_name(case_id: CaseId, plan: int, leg: int) -> str:
    """A plan longer than a year outlives an execution: the next ones are called `…-s2`, `-s3` …"""
    return f"{case_id}-p{plan}" + (f"-s{leg}" if leg > 1 else "")


def _repayment(case_id: CaseId, plan: int, leg: int, began: datetime) -> dict[str, Any]:
    first = {"rounds": 0}
    return {"case_id": str(case_id), "plan": plan, "leg": leg, "began": stamp(began), "next": first}


def _complaint_name(reference: str, complaint_id: str, leg: int) -> str:
    return f"{reference}-{complaint_id}" + (f"-s{leg}" if leg > 1 else "")


def _complaint(reference: str, complaint_id: str, leg: int, began: datetime) -> dict[str, Any]:
    first = {"rounds": 0}
    return {"complaint": reference, "id": complaint_id, "leg": leg, "began": stamp(began), "next": first}
