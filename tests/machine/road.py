"""Plays one case on the real machine, with a scripted Lambda: the machine is the thing under test."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MACHINE = Path(__file__).parents[2] / "infra" / "machines" / "case.asl.json"
ARNS = {
    name: f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    for name in ("SendNoticeArn", "AwaitSignalArn", "CloseCaseArn")
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
    arn: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)

    def called(self, stage: str, times: int = 1) -> dict[str, Any]:
        """The payload of the nth task call for `stage`; waits for it, AssertionError after LIMIT seconds."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            found = [call for call in list(self.calls) if call["stage"] == stage]
            if len(found) >= times:
                return found[times - 1]
            time.sleep(0.02)
        raise AssertionError(f"{stage} was not called {times}x; saw {[c['stage'] for c in self.calls]}")

    def succeed(self, call: dict[str, Any]) -> None:
        self.client.send_task_success(taskToken=call["token"], output="{}")

    def fail(self, call: dict[str, Any], error: str, cause: Any = None) -> None:
        self.client.send_task_failure(taskToken=call["token"], error=error, cause=json.dumps(cause))

    def end(self) -> str:
        """The execution's final status; AssertionError if it still runs after LIMIT seconds."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
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
class Machine:
    """The deployed machine and the script its one Lambda follows."""

    client: Any
    arn: str
    script: Script | None = None
    road: Road | None = None

    def start(self, script: Script | None = None, **timers: int) -> Road:
        """Start a case whose stages wait LONG seconds but for `timers`; `script` answers each task call."""
        self.script, self.road = script, Road(self.client)
        waits = dict.fromkeys(("Notify", "Remind", "RemindAgain", "Answered"), LONG) | timers
        given = json.dumps({"case_id": "case-0001", "timers": waits})
        self.road.arn = self.client.start_execution(stateMachineArn=self.arn, input=given)["executionArn"]
        return self.road

    def invoke(self, function: str, _qualifier: Any, body: Any, _sent: Any, answer: Any) -> bytes:
        """Stands in for moto's Lambda: notes the call, plays the script; `answer`: the response's headers."""
        assert self.road is not None
        call = {"function": function.rsplit(":", 1)[-1], **json.loads(body)}
        self.road.calls.append(call)
        try:
            return json.dumps(self.script(self.road, call) if self.script else {}).encode()
        except LambdaFault as fault:
            answer["x-amz-function-error"] = "Unhandled"
            return json.dumps({"errorType": str(fault), "errorMessage": "planted"}).encode()


def definition() -> str:
    """The shipped machine with the functions' ARNs in it, as CloudFormation does, and quick retries."""
    text = MACHINE.read_text()
    for name, arn in ARNS.items():
        text = text.replace(f"${{{name}}}", arn)
    machine = json.loads(text)
    for state in machine["States"].values():
        for retrier in state.get("Retry", []):
            retrier["IntervalSeconds"] = retrier["MaxDelaySeconds"] = 1
    return json.dumps(machine)
