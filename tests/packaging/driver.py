"""Drives the functions as API Gateway, SQS, Step Functions and the schedule do, always from a cold start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from chalice.test import Client
from standardwebhooks import Webhook

from chalicelib import wiring as wirings
from chalicelib.domain.errors import Answered, Held
from infra.local.recording import current_function
from tests.road import SECRET, Road

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


class Driver:
    """One deployment, and the callers of its functions."""

    def __init__(self, road: Road, client: Client) -> None:
        self.road, self.client, self.settings = road, client, road.wiring.settings
        self.cookie: dict[str, str] = {}

    def configure(self, **changes: Any) -> None:
        """Change the deployment's parameters."""
        self.settings = replace(self.settings, **changes)

    def start_cold(self, function: str) -> None:
        """Make `function` the caller, with nothing cached by the one before."""
        wirings.install(wirings.Wiring(self.settings, clock=self.road.clock))
        current_function.set(function)

    def run(self, function: str, payload: Any) -> Any:
        self.start_cold(function)
        try:
            return self.client.lambda_.invoke(function, payload).payload
        finally:
            current_function.set("")

    def queue(self, function: str, *bodies: object) -> None:
        """Hand the function one batch; each body must be carried out."""
        records = [json.dumps(body) for body in bodies]
        answer = self.run(function, self.client.events.generate_sqs_event(records))
        assert answer == {"batchItemFailures": []}, f"{function} gave back one of {records}"

    def feed(self, body: object, sender: str, queue: str = "feed") -> None:
        """Be a lender's own account, as SQS tells of it."""
        event = self.client.events.generate_sqs_event([json.dumps(body)], queue_name=f"accord-test-{queue}")
        event["Records"][0]["attributes"]["SenderId"] = sender
        assert self.run("take_feed", event) == {"batchItemFailures": []}

    def http(self, method: str, path: str, **more: Any) -> Any:
        self.start_cold("api_handler")
        try:
            return self.client.http.request(method, path, **more)
        finally:
            current_function.set("")

    def signed(self, path: str, body: bytes) -> Any:
        """POST what a lender signs."""
        now = self.road.clock.now
        headers = {
            "webhook-id": "w",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign("w", now, body.decode()),
        }
        return self.http("POST", path, headers=headers | JSON, body=body)

    def event(
        self, name: str = "overdue", borrower: Mapping[str, object] | None = None, **changes: Any
    ) -> str:
        """Post an event and let the consumer carry it out; returns its case's id if it has one."""
        event = json.loads(self.road.event(name, **changes))
        event["data"].get("borrower", {}).update(borrower or {})
        kept = event["data"].get("borrower", {})
        event["data"] |= {"borrower": {k: v for k, v in kept.items() if v is not None}} if kept else {}
        taken = self.signed("/v1/events", json.dumps(event, ensure_ascii=False).encode()).json_body
        self.queue("take_loan_event", {"reference": taken["reference"]})
        shown = self.http("GET", f"/v1/events/{taken['reference']}").json_body["case"]
        return str(shown["case_id"]) if shown else ""

    def task(self, function: str, case: str, stage: str, **more: Any) -> None:
        """Do what the machine does when it enters a stage that calls a function."""
        with suppress(Answered, Held):  # the machine's to catch
            self.run(function, self._entered(case, stage) | more)

    def stage(self, case: str, stage: str, **more: Any) -> None:
        """Do what a machine does when it enters a stage that fills the senders' queue."""
        self.queue("send_notice", self._entered(case, stage) | more)

    def _entered(self, case: str, stage: str) -> dict[str, Any]:
        entered = self.road.clock.now.isoformat()
        return {
            "case_id": case,
            "stage": stage,
            "token": f"token-of-{stage}-{entered}",
            "seconds": 60,
            "entered": entered,
        }

    def receipt(self, case: str, event_type: str, step: str = "first_notice", channel: str = "SMS") -> None:
        """Be End User Messaging."""
        tags = {"case_id": case, "step": step, "channel": channel}
        self.queue("take_receipt", {"eventType": event_type, "messageId": "m", "context": tags})

    def sweep(self, *, every: bool = True) -> None:
        self.start_cold("sweep")
        wirings.wired().sweep(every=every)
        current_function.set("")
