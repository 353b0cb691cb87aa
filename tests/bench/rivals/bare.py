"""The rival without a framework: a function of the raw event."""

from __future__ import annotations

import json
from typing import Any

from .work import accept, take


def http(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take an event in from API Gateway."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    reference = take(headers, event["body"].encode())
    return {
        "statusCode": 202,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"reference": reference}),
    }


def queue(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Carry out queued events."""
    for record in event["Records"]:
        accept(json.loads(record["body"])["reference"])
    return {"batchItemFailures": []}
