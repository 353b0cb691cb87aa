"""Does what AWS does by itself and the engine does not: the schedule, and the end of a failed task."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from infra.local import inside
from infra.local.clients import client
from infra.local.environment import ACCOUNT, REGION


def sweep(function: str, now: datetime, *, every: bool) -> bool:
    """Call the deployed sweeper as its schedule does; returns whether it succeeded.

    `every`: have it look for the executions of every open case, not only of those that are late.
    """
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [],
        "detail": {"every": every},
    }
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    return not answer.get("FunctionError")


def fail_task(event: Any, error: dict[str, str]) -> None:
    """Fail the waiting task of a function that raised, as AWS does; the engine would wait on.

    A message's consumer that raises leaves the message in its queue: that part the engine does itself.
    """
    tokens = inside.waiting_tokens()
    for value in event.values() if isinstance(event, dict) else ():
        if isinstance(value, str) and value in tokens:
            client("stepfunctions").send_task_failure(
                taskToken=value, error=error["errorType"], cause=json.dumps(error)
            )
