"""Step Functions for the sweep: interprets the shipped machines in virtual time and answers their API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSResponse

from tests.faults.plane import Act, Call, answer, refusal

MACHINES = Path(__file__).parents[2] / "infra" / "machines"
_SIGNALS = {"SendTaskSuccess", "SendTaskFailure"}


class TaskFailed(Exception):
    """A Lambda task failed; `error` is the name Step Functions sees."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class Execution:
    """One execution; `due` says when it acts next (None: a task waits for its token or `deadline`)."""

    name: str
    machine: str
    data: dict[str, Any]
    state: str
    due: datetime | None
    given: str
    status: str = "RUNNING"
    token: str | None = None
    deadline: datetime | None = None
    tries: dict[int, int] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    definition: str = ""
    """Under which definition it was started, where that is no longer its machine's own."""

    @property
    def case_id(self) -> str:
        return str(self.data.get("case_id", ""))  # a complaint may be a stranger's

    @property
    def live(self) -> bool:
        return self.status == "RUNNING"

    def signature(self) -> str:
        """Return what its future depends on."""
        where = self.state, self.due, self.token, self.deadline, self.status
        return f"{self.name} {self.data} {where} {sorted(set(self.history))}"

    def end(self, status: str) -> None:
        self.status, self.due, self.token, self.deadline = status, None, None, None


Invoke = Callable[[str, dict[str, Any]], Any]
Enqueue = Callable[[str], None]


class Machine:
    """What matters of Step Functions: names, tokens, retries, catches, timeouts.

    `invoke` runs a function, `enqueue` puts a message into the senders' queue.
    """

    def __init__(self, clock: Callable[[], datetime], invoke: Invoke, enqueue: Enqueue) -> None:
        self.clock, self.invoke, self.enqueue = clock, invoke, enqueue
        self.definitions: dict[str, dict[str, Any]] = {
            name: json.loads((MACHINES / f"{name}.asl.json").read_text(encoding="utf-8"))
            for name in ("case", "delivery", "repayment", "complaint")
        }
        self.executions: dict[str, Execution] = {}
        self.issued = 0
        self.patience = 0.0  # share of a retry's interval that passes; none makes most worlds alike

    # -- the API

    def api(self, call: Call, moto: Act) -> AWSResponse:
        """Answer a call of the product; creating the machine itself is moto's."""
        body = call.body
        if call.operation == "StartExecution":
            return self._start(body["stateMachineArn"].rpartition("-")[2], body["name"], body["input"])
        if call.operation == "DescribeExecution":
            found = self.executions.get(body["executionArn"].rpartition(":")[2])
            return answer(200, {"status": found.status}) if found else refusal("ExecutionDoesNotExist")
        if call.operation in _SIGNALS:
            return self._signal(call)
        return moto()

    def _start(self, machine: str, name: str, given: str) -> AWSResponse:
        known = self.executions.get(name)
        if known and not (known.live and known.given == given):
            return refusal("ExecutionAlreadyExists")
        if not known:
            start, data = self.definitions[machine]["StartAt"], json.loads(given)
            self.executions[name] = Execution(name, machine, data, start, self.clock(), given)
        return answer(200, {"executionArn": f"arn:{name}", "startDate": 0})

    def _signal(self, call: Call) -> AWSResponse:
        """A token lives from its task's start until its task is over; then it is TaskTimedOut for ever."""
        token = call.body["taskToken"]
        one = next((each for each in self.executions.values() if each.token == token), None)
        if one is None:
            return refusal("TaskTimedOut" if token.startswith("token-") else "InvalidToken")
        if call.operation == "SendTaskSuccess":
            self._go(one, self._state(one)["Next"])
        else:
            self._error(one, call.body["error"], call.body["cause"])
        return answer(200, {})

    # -- the engine

    def live(self, case_id: str) -> list[Execution]:
        """Return the running executions of a case itself."""
        return [one for one in self.of("case") if one.live and one.case_id == case_id]

    def of(self, machine: str) -> list[Execution]:
        """Return all executions of a machine (`case`, `delivery`)."""
        return [one for one in self.executions.values() if one.machine == machine]

    def step(self) -> bool:
        """Let one execution that is due act once; returns whether there was one."""
        now = self.clock()
        for one in list(self.executions.values()):
            if one.due is not None and one.due <= now:
                self._enter(one)
                return True
            if one.deadline is not None and one.deadline <= now:
                self._error(one, "States.Timeout", "")
                return True
        return False

    def next_retry(self) -> datetime | None:
        """Return when the next retry is due, or None when every execution waits for a token or its timer."""
        return min((one.due for one in self.executions.values() if one.due is not None), default=None)

    def next_timer(self, machine: str = "") -> datetime | None:
        """Return the next deadline of a waiting task, of all machines or of one."""
        waiting = self.of(machine) if machine else self.executions.values()
        return min((one.deadline for one in waiting if one.deadline), default=None)

    def _state(self, one: Execution) -> dict[str, Any]:
        state: dict[str, Any] = self.definitions[one.definition or one.machine]["States"][one.state]
        return state

    def _go(self, one: Execution, state: str) -> None:
        one.state, one.due, one.token, one.deadline, one.tries = state, self.clock(), None, None, {}

    def _enter(self, one: Execution) -> None:
        state = self._state(one)
        one.history.append(one.state)
        match state["Type"]:
            case "Task":
                self._task(one, state)
            case "Pass":
                if "Parameters" in state:
                    one.data = resolve(state["Parameters"], one.data, {})
                self._go(one, state["Next"])
            case "Choice":
                self._go(one, _choose(state, one.data))
            case "Succeed":
                one.end("SUCCEEDED")
            case "Fail":
                one.end("FAILED")
            case other:
                raise NotImplementedError(other)

    def _task(self, one: Execution, state: Mapping[str, Any]) -> None:
        waits = state["Resource"].endswith(".waitForTaskToken")
        self.issued += 1
        token = f"token-{self.issued}"
        entered = (self.clock() + timedelta(microseconds=self.issued)).isoformat()
        context = {"Task": {"Token": token}, "State": {"EnteredTime": entered}}
        given = resolve(state["Parameters"], one.data, context)
        one.due, one.token = None, token
        seconds = read(state["TimeoutSecondsPath"], one.data) if waits else state["TimeoutSeconds"]
        one.deadline = self.clock() + timedelta(seconds=seconds)
        if "sqs" in state["Resource"]:
            self.enqueue(json.dumps(given["MessageBody"]))
            return
        try:
            said = self.invoke(given["FunctionName"].strip("${}").removesuffix("Arn"), given["Payload"])
        except TaskFailed as failed:
            if one.token == token:  # a task that was answered before its function died is over
                self._error(one, failed.error, "")
            return
        if not waits:
            if "OutputPath" in state:
                one.data = read(state["OutputPath"], {"Payload": said})
            elif path := state["ResultPath"]:
                chosen = resolve(state["ResultSelector"], {"Payload": said}, {})
                one.data[path.removeprefix("$.")] = chosen
            self._go(one, state["Next"])

    def _retry_at(self, retrier: Mapping[str, Any], tries: int) -> datetime:
        return self.clock() + self.patience * _backoff(retrier, tries)

    def _error(self, one: Execution, error: str, cause: str) -> None:
        one.errors.append(error)
        state = self._state(one)
        for number, retrier in enumerate(state.get("Retry", ())):
            if _matches(retrier["ErrorEquals"], error):
                tries = one.tries.get(number, 0)
                if tries < retrier.get("MaxAttempts", 3):
                    one.tries[number] = tries + 1
                    one.due, one.token, one.deadline = self._retry_at(retrier, tries), None, None
                    return
                break
        for catcher in state.get("Catch", ()):
            if _matches(catcher["ErrorEquals"], error):
                if catcher.get("ResultPath"):
                    one.data[catcher["ResultPath"].removeprefix("$.")] = {"Error": error, "Cause": cause}
                self._go(one, catcher["Next"])
                return
        one.end("FAILED")


def _backoff(retrier: Mapping[str, Any], tries: int) -> timedelta:
    seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** tries
    return timedelta(seconds=min(seconds, retrier.get("MaxDelaySeconds", seconds)))


def _matches(names: list[str], error: str) -> bool:
    return (
        error in names
        or "States.ALL" in names
        or ("States.TaskFailed" in names and error != "States.Timeout")
    )


def _choose(state: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    for choice in state["Choices"]:
        if read(choice["Variable"], data) == choice["StringEquals"]:
            return str(choice["Next"])
    return str(state["Default"])


def read(path: str, data: Mapping[str, Any]) -> Any:
    """Return what a reference path (`$.a.b`) points to."""
    found: Any = data
    for name in path.removeprefix("$").strip(".").split("."):
        found = found[name]
    return found


def resolve(template: Any, data: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
    """Return a payload template with its paths, context paths and StringToJson filled in."""
    if not isinstance(template, dict):
        return template
    made: dict[str, Any] = {}
    for key, value in template.items():
        if not key.endswith(".$"):
            made[key] = resolve(value, data, context)
        elif value.startswith("States.StringToJson("):
            made[key[:-2]] = json.loads(read(value[len("States.StringToJson(") : -1], data))
        elif value.startswith("$$."):
            made[key[:-2]] = read(value[1:], context)
        else:
            made[key[:-2]] = read(value, data)
    return made
