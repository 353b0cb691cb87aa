"""What the runner must know of the engine's inside; tests/local/test_engine_contract.py holds each point."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any


def module(name: str) -> Any:
    """Return a module of the engine."""
    # By name: the engine has no type hints, and must not be imported before its environment is set.
    return importlib.import_module(name)


def service(name: str) -> Any:
    """Return the engine's module for one AWS service."""
    return module(f"ministack.services.{name}")


def signed_in_by(code: str) -> str:
    """Return who signed in with an authorization code that was not exchanged yet; raises KeyError."""
    return str(service("cognito")._authorization_codes[code]["username"])


def waiting_tokens() -> set[str]:
    """Return the tokens of tasks that wait for an answer now."""
    stores = service("stepfunctions")._task_tokens._data
    return {key[-1] for key, info in list(stores.items()) if not info["event"].is_set()}


def is_quiet() -> bool:
    """Say whether every execution waits for a token and no queue holds work that can be done now."""
    executions = list(service("stepfunctions")._executions._data.values())
    running = sum(1 for each in executions if each["status"] == "RUNNING")
    if running != len(waiting_tokens()) or any(service("lambda_svc")._esm_inflight.values()):
        return False
    return all(seconds > 0 for seconds in held_back())


def held_back() -> list[float]:
    """Return for how many seconds more each message stays invisible to its consumer, the shortest in front.

    A message is held back because it was sent with a delay, or because its consumer failed and it comes
    again when its visibility timeout is over. 0 or less: it can be taken now.
    """
    now = time.time()
    return sorted(message.get("visible_at", 0) - now for message in _messages())


def hasten(by: timedelta) -> None:
    """Let as much time pass for every message held back as the clock has jumped."""
    for message in _messages():
        message["visible_at"] = message.get("visible_at", 0) - by.total_seconds()
    service("lambda_svc")._esm_wake.set()


def _messages() -> Iterator[dict[str, Any]]:
    """Yield the messages of every queue that has a consumer."""
    sources = {each.get("EventSourceArn") for each in list(service("lambda_svc")._esms._data.values())}
    for queue in list(service("sqs")._queues._data.values()):
        if queue["attributes"].get("QueueArn") in sources:
            yield from list(queue["messages"])


def emit(source: str, detail_type: str, detail: dict[str, Any]) -> None:
    """Put an AWS service's own event on the default bus; the rules deployed there match and route it.

    PutEvents refuses `aws.*` sources from anybody else, here as on AWS.
    """
    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail, ensure_ascii=False)}
    service("eventbridge")._put_events({"Entries": [entry]}, allow_aws_source=True)


def forget_dead_executions() -> int:
    """Drop the executions a restart has killed and return how many.

    AWS would have kept them running. Dropped, they are what the sweeper looks for: an open case or an
    undelivered step whose execution is missing.
    """
    store = service("stepfunctions")._executions._data
    dead = [key for key, each in store.items() if each.get("error") == "States.ServiceRestart"]
    for key in dead:
        del store[key]
    return len(dead)
