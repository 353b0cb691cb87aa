"""Intake's and the consumer's AWS calls and nothing else, with boto3 as its guide shows it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
_TABLE = os.environ["ACCORD_TABLE"]
_QUEUE = os.environ["ACCORD_LOAN_EVENTS_QUEUE_URL"]
_MACHINE = os.environ["ACCORD_CASE_MACHINE_ARN"]
_KEYS = os.environ["ACCORD_KEYS_SECRET"]
_LENDERS = os.environ["ACCORD_LENDER_SECRET_PREFIX"]

dynamodb = boto3.client("dynamodb", config=_CONFIG)
secrets = boto3.client("secretsmanager", config=_CONFIG)
# Each function has the one further client it needs.
further = boto3.client(os.environ["RIVAL_SERVICE"], config=_CONFIG)
_kept: dict[str, Any] = {}


def take(headers: Mapping[str, str], body: bytes) -> str:
    """Check the signature, store the event, queue its reference and return it."""
    event = json.loads(body)
    lender = event["source"]
    key = base64.b64decode(_secret(_LENDERS + lender)["webhook_secrets"][0].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    if not hmac.compare_digest(headers["webhook-signature"], expected):
        raise PermissionError("the signature does not match")
    reference = _hash(_secret(_KEYS)["reference_key"], f"{lender}\0{event['id']}")
    item = {
        "pk": f"EVENT#{reference}",
        "sk": "EVENT",
        "lender": lender,
        "event_id": event["id"],
        "type": event["type"],
        "loan_key": event["subject"],
        "body": body.decode(),
        "sha256": hashlib.sha256(body).hexdigest(),
        "received_at": "2026-11-23T08:00:00Z",
    }
    put(item | {"ttl": 1890000000})
    further.send_message(QueueUrl=_QUEUE, MessageBody=json.dumps({"reference": reference}))
    return reference


def accept(reference: str) -> None:
    """Read the event and its lender, write the case and start its execution."""
    event = json.loads(get(f"EVENT#{reference}", "EVENT")["body"]["S"])
    if event["source"] not in _kept:
        _kept[event["source"]] = get("LENDER", event["source"])["profile"]["S"]
    lender = _kept[event["source"]]
    data, borrower = event["data"], event["data"]["borrower"]
    case = {
        "pk": f"LOAN#{event['subject']}",
        "sk": "CASE",
        "generation": 1,
        "lender": event["source"],
        "profile": lender,
        "loan": event["subject"],
        "status": "RECEIVED",
        "name": borrower["name"],
        "phone": borrower["phone"],
        "email": borrower["email"],
        "factor": _hash(_secret(_KEYS)["link_pepper"], borrower["id_last4"]),
        "due_date": data["due_date"],
        "overdue_since": data["overdue_since"],
        "amount": {name: value for name, value in data["amount"].items() if value},
    }
    put(case)
    further.start_execution(
        stateMachineArn=_MACHINE, name=f"{event['subject']}-1", input=json.dumps({"case_id": case["pk"]})
    )


def put(item: Mapping[str, Any]) -> None:
    """Write an item unless its key exists."""
    dynamodb.put_item(
        TableName=_TABLE,
        Item={name: _typed(value) for name, value in item.items()},
        ConditionExpression="attribute_not_exists(pk)",
    )


def get(pk: str, sk: str) -> dict[str, Any]:
    """Read an item."""
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    item: dict[str, Any] = dynamodb.get_item(TableName=_TABLE, Key=key, ConsistentRead=True)["Item"]
    return item


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"M": {name: _typed(part) for name, part in value.items()}}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _secret(name: str) -> Any:
    if name not in _kept:
        _kept[name] = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
    return _kept[name]


def _hash(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:26]
