"""Writes down every AWS call a Lambda function makes, to be compared with its policy."""

from __future__ import annotations

import json
import threading
from contextvars import ContextVar
from pathlib import Path
from typing import Any

# The function whose code runs in this thread; empty while the runner itself works.
current_function: ContextVar[str] = ContextVar("current_function", default="")

_RESOURCES = (
    "TableName", "IndexName", "QueueUrl", "TopicArn", "stateMachineArn", "executionArn", "SecretId",
    "KeyId", "FunctionName", "ConfigurationSetName", "FromEmailAddress", "OriginationIdentity", "Bucket",
)  # fmt: skip


def record_calls(file: Path) -> None:
    """Append a JSON line per call to `file` from now on, for every botocore session made afterwards."""
    from botocore import handlers

    lock = threading.Lock()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        function = current_function.get()
        if not function:
            return
        call = {
            "function": function,
            "service": model.service_model.service_name,
            "operation": model.name,
            "resources": resources_of(params),
        }
        with lock, file.open("a") as out:
            out.write(json.dumps(call, sort_keys=True) + "\n")

    # A builtin handler reaches sessions nobody here can see: boto3's own and pynamodb's.
    handlers.BUILTIN_HANDLERS.append(("before-parameter-build", note))


def resources_of(params: dict[str, Any]) -> dict[str, Any]:
    """Return what a call's parameters name: tables, queues, secrets; transactions name theirs per item."""
    found: dict[str, Any] = {name: params[name] for name in _RESOURCES if name in params}
    if isinstance(params.get("RequestItems"), dict):
        found["TableName"] = sorted(params["RequestItems"])
    if isinstance(params.get("TransactItems"), list):
        acts = [
            (kind, act.get("TableName")) for item in params["TransactItems"] for kind, act in item.items()
        ]
        found["TableName"] = sorted({table for _, table in acts})
        found["acts"] = sorted({kind for kind, _ in acts})
    return found
