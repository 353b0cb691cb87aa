"""Plays one execution on a real machine, its functions and senders scripted: the machine is under test."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MACHINES = Path(__file__).parents[2] / "infra" / "machines"
ARNS = {
    name: f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    for name in ("AwaitSignalArn", "SteerArn", "CloseCaseArn", "SteerPlanArn", "AwaitPaymentArn")
}
# Long enough to act within, short enough to wait for.
LONG, SHORT, LIMIT = 60, 1, 20.0

Script = Callable[["Road", dict[str, Any]], dict[str, Any] | None]


class LambdaFault(Exception):
    """The function raised an exception of the named type; Lambda answers with that name as the error."""


@dataclass
class Road:
    """One execution: what its tasks were called with, and how to answer them."""

    client: Any
    queue: Queue
    arn: str = ""
    script: Script | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)

    def called(self, stage: str, times: int = 1) -> dict[str, Any]:
        """The payload of the nth task call for `stage`; waits for it, AssertionError after LIMIT seconds."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            self.send()
            found = [call for call in list(self.calls) if call["stage"] == stage]
            if len(found) >= times:
                return found[times - 1]
            time.sleep(0.02)
        raise AssertionError(f"{stage} was not called {times}x; saw {[c['stage'] for c in self.calls]}")

    def send(self) -> None:
        """Be the senders: take what stands in their queue and play the script."""
        for body in self.queue.taken():
            call = {"function": "queue", **json.loads(body)}
            self.calls.append(call)
            if self.script:
                self.script(self, call)

    def succeed(self, call: dict[str, Any]) -> None:
        self.client.send_task_success(taskToken=call["token"], output="{}")

    def fail(self, call: dict[str, Any], error: str, cause: Any = None) -> None:
        self.client.send_task_failure(taskToken=call["token"], error=error, cause=json.dumps(cause))

    def end(self) -> str:
        """The execution's final status; AssertionError if it still runs after LIMIT seconds."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            self.send()
            status = str(self.client.describe_execution(executionArn=self.arn)["status"])
            if status != "RUNNING":
                return status
            time.sleep(0.05)
        raise AssertionError(f"still running; saw {[c['stage'] for c in self.calls]}")

    def states(self) -> list[str]:
        """The states entered, in order: what AWS bills as transitions."""
        events = self.client.get_execution_history(executionArn=self.arn, maxResults=1000)["events"]
        return [
            event["stateEnteredEventDetails"]["name"]
            for event in events
            if "stateEnteredEventDetails" in event
        ]


@dataclass
class Queue:
    """The senders' queue."""

    client: Any
    url: str

    def taken(self) -> list[str]:
        """Take the bodies that wait, off the queue."""
        found = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        for each in found:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return [each["Body"] for each in found]


@dataclass
class Machine:
    """The deployed machines and the script their one Lambda and the senders follow."""

    client: Any
    arns: dict[str, str]
    queue: Queue
    road: Road | None = None

    def start(self, script: Script | None = None, **timers: int) -> Road:
        """Start a case whose stages wait LONG seconds but for `timers`; `script` answers each task call."""
        waits = dict.fromkeys(("Notify", "Remind", "RemindAgain", "Answered"), LONG) | timers
        return self._start("case", {"case_id": "case-0001", "timers": waits}, script)

    def deliver(self, script: Script | None = None, patience: int = LONG) -> Road:
        """Start the delivery of a step whose receipts may take `patience` seconds."""
        given = {"case_id": "case-0001", "step": "first_notice", "patience": patience, "at": "then"}
        return self._start("delivery", given, script)

    def repay(self, script: Script | None = None) -> Road:
        """Start the second execution of a plan."""
        given = {"case_id": "case-0001", "plan": 1, "leg": 2, "began": "then", "next": {"rounds": 0}}
        return self._start("repayment", given, script)

    def handle(self, script: Script | None = None) -> Road:
        """Start the second execution of a complaint."""
        ids = {"complaint": "C-KAAA-KAAA", "id": "kaaakaaa2222"}
        given = {**ids, "leg": 2, "began": "then", "next": {"rounds": 0}}
        return self._start("complaint", given, script)

    def _start(self, name: str, given: dict[str, Any], script: Script | None) -> Road:
        self.road = Road(self.client, self.queue, script=script)
        started = self.client.start_execution(stateMachineArn=self.arns[name], input=json.dumps(given))
        self.road.arn = started["executionArn"]
        return self.road

    def invoke(self, function: str, _qualifier: Any, body: Any, _sent: Any, answer: Any) -> bytes:
        """Stands in for moto's Lambda: notes the call, plays the script; `answer`: the response's headers."""
        assert self.road is not None
        call = {"function": function.rsplit(":", 1)[-1], **json.loads(body)}
        call.setdefault("stage", "Steer")  # alone of all tasks it looks at every stage
        self.road.calls.append(call)
        try:
            found = self.road.script(self.road, call) if self.road.script else None
            return json.dumps(found or _steered(call)).encode()
        except LambdaFault as fault:
            answer["x-amz-function-error"] = "Unhandled"
            return json.dumps({"errorType": str(fault), "errorMessage": "planted"}).encode()


def _steered(call: dict[str, Any]) -> dict[str, Any]:
    """What Steer answers of a case that has ended; other functions' answers are not looked at."""
    return {name: call[name] for name in ("case_id", "timers") if name in call} | {"stage": "Closed"}


def definition(name: str, queue: Queue) -> str:
    """The shipped machine with what CloudFormation puts into it, and quick retries."""
    text = (MACHINES / f"{name}.asl.json").read_text()
    for place, arn in {**ARNS, "NoticesQueueUrl": queue.url}.items():
        text = text.replace(f"${{{place}}}", arn)
    machine = json.loads(text)
    for state in machine["States"].values():
        for retrier in state.get("Retry", []):
            retrier["IntervalSeconds"] = retrier["MaxDelaySeconds"] = 1
    return json.dumps(machine)
