"""Signs events as a loan system does (Standard Webhooks), over the very bytes that are sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shlex
import urllib.error
import urllib.request
from typing import Any

MEDIA_TYPE = "application/cloudevents+json"


def signed_headers(secret: str, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of a signed event; `secret` is `whsec_` + base64, `timestamp` Unix seconds."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.new(key, f"{identifier}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": MEDIA_TYPE,
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": "v1," + base64.b64encode(signature).decode(),
    }


def as_curl(url: str, headers: dict[str, str], body: bytes) -> str:
    """Return the one-line shell command that sends this event."""
    lines = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
    return f"curl -sS -i -X POST {shlex.quote(url)} {lines} --data-binary {shlex.quote(body.decode())}"


def encode(event: dict[str, Any]) -> bytes:
    """Return an event as the compact UTF-8 that is signed and sent."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def post(url: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    """Send an event; returns the answer's status and body. Raises OSError when nobody answers."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - our own port
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
