"""What API Gateway and SQS hand to a function."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Context:
    """The part of Lambda's context that is used."""

    aws_request_id: str = "0b7e4a52-6c1d-4f0e-9a3b-52d1c8f6e7a9"
    function_name: str = "accord-test"
    memory_limit_in_mb: str = "1024"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:accord-test"

    def get_remaining_time_in_millis(self) -> int:
        return 28_000


def request(
    method: str,
    route: str,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str = "",
) -> dict[str, Any]:
    """Return the REST API proxy event of a request for `route`, whose `{names}` are `path`'s keys."""
    real = route.format(**path or {})
    sent = {"host": "accord.example", "accept": "*/*", **(headers or {})}
    return {
        "resource": route,
        "path": real,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
        if query
        else None,
        "pathParameters": dict(path) if path else None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": route,
            "httpMethod": method,
            "path": real,
            "stage": "api",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "bench"},
        },
        "body": body or None,
        "isBase64Encoded": False,
    }


def signed(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """Return the headers of a body signed by Standard Webhooks at a moment (aware)."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"msg-1.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": "msg-1",
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def records(*bodies: Mapping[str, Any]) -> dict[str, Any]:
    """Return an SQS event with these JSON bodies."""
    return {
        "Records": [
            {
                "messageId": f"059f36b4-87a3-44ab-83d2-6619750000{number:02d}",
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                "body": json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
                "messageAttributes": {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:accord-loan-events",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
    }
