"""What IAM asks of each AWS call and what a policy grants: pairs of an action and the resource it names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore import handlers

from infra.local.recording import current_function

POLICIES = Path(__file__).parents[2] / ".chalice"
ANY = "*"
"""The resource of a call that does not name it: a task's token, a sender's address."""

Need = tuple[str, str]

# How IAM names what botocore calls otherwise; a transaction needs the rights of the acts in it.
_SERVICES = {"sesv2": "ses", "pinpoint-sms-voice-v2": "sms-voice", "stepfunctions": "states", "sfn": "states"}
_ACTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_UNNAMED = ("ses:", "sms-voice:", "states:SendTask")
_QUEUES = {"accord-loan-events": "LoanEventsQueue", "accord-receipts": "ReceiptsQueue"}
_BUCKETS = {
    "accord-test-records": "RecordsBucket",
    "accord-test-print": "PrintBucket",
    "accord-test-uploads": "UploadsBucket",
}


@contextmanager
def recorded_calls() -> Iterator[dict[str, set[Need]]]:
    """Collect what every function needs, by its name, from every botocore session made meanwhile."""
    found: dict[str, set[Need]] = {}

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        # A form is signed as CreateBucket, without a call; branches.py puts a file by its right.
        if (function := current_function.get()) and model.name != "CreateBucket":
            needs = needed(model.service_model.service_name, model.name, params)
            found.setdefault(function, set()).update(needs)

    # A builtin handler reaches sessions nobody here can see: boto3's own and pynamodb's.
    handlers.BUILTIN_HANDLERS.append(("before-parameter-build", note))
    try:
        yield found
    finally:
        handlers.BUILTIN_HANDLERS.pop()


def needed(service: str, operation: str, params: dict[str, Any]) -> set[Need]:
    """Return what one call needs; its resources as the policies name them."""
    prefix = _SERVICES.get(service, service)
    if "TransactItems" in params:
        return {(f"{prefix}:{_ACTS[act]}", "Table") for item in params["TransactItems"] for act in item}
    action = f"{prefix}:{operation}"
    return {(action, ANY if action.startswith(_UNNAMED) else _named(params))}


def _named(params: dict[str, Any]) -> str:
    readers: dict[str, Callable[[Any], str]] = {
        "TableName": lambda _: "Table" + (f"/index/{params['IndexName']}" if "IndexName" in params else ""),
        "RequestItems": lambda _: "Table",
        "QueueUrl": lambda url: _QUEUES[url.rpartition("/")[2]],
        "Bucket": lambda bucket: f"{_BUCKETS[bucket]}/{params['Key'].partition('/')[0]}/*",
        "KeyId": lambda _: "SealKey",
        "SecretId": _secret,
        "stateMachineArn": lambda arn: _in_account(arn).replace("-test-", "-${Stage}-"),
        "executionArn": lambda arn: (
            _in_account(arn).rpartition(":")[0].replace("-test-", "-${Stage}-") + ":*"
        ),
    }
    (name,) = readers.keys() & params.keys()
    return readers[name](params[name])


def _secret(name: str) -> str:
    if name == "accord/test/keys":
        return "KeysSecret"
    known = "lender/*" if name.startswith("accord/test/lender/") else "alibaba-*"
    return "secret:accord/${Stage}/" + known


def _in_account(arn: str) -> str:
    return arn.split(":", 5)[5]


def granted(function: str) -> set[Need]:
    """Return what a policy grants the function's code; what Lambda itself needs has a `Runtime` statement."""
    policy = json.loads((POLICIES / f"policy-{function}.json").read_text())
    mine = [each for each in policy["Statement"] if not each["Sid"].startswith("Runtime")]
    return {
        (action, ANY if action.startswith(_UNNAMED) else _granted_on(resource))
        for statement in mine
        for action in statement["Action"]
        for resource in _listed(statement["Resource"])
    }


def _granted_on(resource: dict[str, Any]) -> str:
    ((how, what),) = resource.items()
    if how == "Ref":
        return str(what)
    if how == "Fn::GetAtt":
        return str(what[0])
    assert how == "Fn::Sub", resource
    own, _, below = what.partition(".Arn}")
    return own.removeprefix("${") + below if below else _in_account(what.replace("AWS::", ""))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
