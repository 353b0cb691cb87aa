"""Queues: references and ids only, so that no personal data waits in a queue."""

from __future__ import annotations

import json
from typing import Any


class LoanEventQueue:
    """Hands the reference of a stored event to the consumer."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, reference: str) -> None:
        """Queue an event for `intake.accept`; raises what the SDK raises, and then nothing was promised."""
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps({"reference": reference}))


class ReceiptQueue:
    """Where the simulator of test lenders reports, as a real provider does."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, body: str, delay_seconds: int = 0) -> None:
        """Queue a receipt or reply; `delay_seconds` at most 900, which is what a queue can hold back."""
        self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=min(delay_seconds, 900))
