"""The deployment: the real wiring and handlers on the fault plane, invoked as Lambda does, wound back."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3

import app as handlers
from chalicelib import wiring as wirings
from chalicelib.borrower.receipt import RECEIPT
from chalicelib.complaints.tell import TOLD as COMPLAINTS
from chalicelib.domain.access import ACCESS_CODE
from chalicelib.notices.replies import CONFIRMATION
from tests.faults.buckets import Buckets
from tests.faults.machine import Machine, TaskFailed
from tests.faults.plane import Call, Crash, Plane
from tests.faults.provider import CODES, SIGNATURE, Delivery, Providers
from tests.faults.seal import kms
from tests.faults.state import Snapshot, State, rows, table
from tests.faults.web import APP_URL
from tests.road import SECRET, Road

ANSWERS = (CONFIRMATION, RECEIPT, ACCESS_CODE)
"""Messages that answer an act of his own, over whatever channel he used."""
OF_AN_AGREEMENT = ("meeting_", "agreement_to_sign", "signing_code", "instalment_", "plan_", "court_reminder")
"""Messages that say nothing of the whole debt, or amounts of their own."""
DUE_LATER = (*ANSWERS, *COMPLAINTS, *OF_AN_AGREEMENT)
"""Messages that may fall due when the notices are over: a payment stops no complaint's clock."""
_FUNCTIONS = {
    "AwaitSignal": "await_signal",
    "Steer": "steer",
    "CloseCase": "close_case",
    "SteerPlan": "steer_plan",
    "AwaitPayment": "await_payment",
}


class Process(wirings.Wiring):
    """The real wiring; its copies share their clients alone, which are slow to make and cost no call."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients: dict[Any, Any] = {}

    def client(self, *args: Any, **kwargs: Any) -> Any:
        key = args, tuple(kwargs.items())
        if key not in self.clients:
            self.clients[key] = super().client(*args, **kwargs)
        return self.clients[key]


def _set_secrets() -> None:
    """What the second SMS provider and the lender's app need."""
    secrets = boto3.client("secretsmanager")
    alibaba = {"access_key_id": "i", "access_key_secret": "s", "sign_name": SIGNATURE, "codes": CODES}
    secrets.create_secret(Name="accord/test/alibaba", SecretString=json.dumps(alibaba))
    lender = {"webhook_secrets": [SECRET], "app_url": APP_URL, "app_secret": SECRET}
    secrets.put_secret_value(SecretId="accord/test/lender/demo-bank", SecretString=json.dumps(lender))


class Lambdas:
    """One deployment; made once, wound back between scenarios."""

    def __init__(self) -> None:
        self.state = State()
        self.providers = Providers(self.now)
        self.machine = Machine(self.now, self._task, self._enqueue)
        self.plane = Plane()
        self.road = Road()
        _set_secrets()
        self._fresh = Process(self.road.wiring.settings, clock=self.now, randomness=self._random)
        self._cold()
        self.plane.services = {
            "sfn": self.machine.api,
            "pinpoint-sms-voice-v2": self.providers.sms,
            "sesv2": self.providers.email,
            "alibaba": self.providers.alibaba,
            "app": self.providers.app,
            "kms": kms,
            "s3": Buckets(lambda: self.state.objects, self.providers.letter).answer,
        }
        self.plane.after_call = self._watch
        self.early_receipts = False
        self.kept: dict[Callable[[Any], None], Snapshot] = {}
        self._empty = self.snapshot()

    def snapshot(self) -> Snapshot:
        """Keep the world as it is."""
        kept = (self.state, table().items, self.machine.executions)
        state, rows, executions = copy.deepcopy(kept)
        return Snapshot(state, rows, executions, self.machine.issued, *self._provided())

    def _provided(self) -> tuple[list[Delivery], dict[str, str], list[Delivery]]:
        return list(self.providers.outbox), dict(self.providers.refuse), list(self.providers.strangers)

    def restore(self, kept: Snapshot | None = None) -> None:
        """Go back to a snapshot, by default to the empty deployment, in a fresh process."""
        kept = kept or self._empty
        self.state, table().items, self.machine.executions = copy.deepcopy(
            (kept.state, kept.rows, kept.executions)
        )
        self.machine.issued = kept.issued
        self.providers.outbox[:] = kept.outbox
        self.providers.strangers[:] = kept.strangers
        self.providers.refuse = dict(kept.refuse)
        self.early_receipts = False
        self.machine.patience = 0.0
        self.plane.down.clear()
        self.plane.before_call = lambda call: None
        self._cold()

    def now(self) -> datetime:
        return self.state.now

    def advance(self, **delta: float) -> None:
        self.state.now += timedelta(**delta)

    def forget_clients(self) -> None:
        """Make clients anew, for a test that changes how they are made."""
        self._fresh.clients.clear()

    def use_alibaba(self, share: float = 0.5) -> None:
        """Deploy with a second provider of SMS."""
        self.state.alibaba_share = share
        self._cold()

    def end_process(self) -> None:
        """Lambda lets the process go; what it had learned of its providers is forgotten."""
        self._cold()

    def _cold(self) -> None:
        """A new process, which remembers nothing."""
        self.wiring = copy.copy(self._fresh)
        self.wiring.settings = replace(self._fresh.settings, alibaba_share=self.state.alibaba_share)
        wirings.install(self.wiring)

    def _random(self, length: int) -> bytes:
        self.state.random += 1
        return hashlib.sha256(str(self.state.random).encode()).digest()[:length]

    def invoke(self, function: str, event: Any) -> Any:
        """Run a function as Lambda does; raises TaskFailed with the error's name as its caller sees it."""
        self.state.invocations += 1
        name = f"{self.state.invocations:08x}"
        context = SimpleNamespace(
            aws_request_id=f"{name}-0000-0000-0000-000000000000",
            function_name=function,
            memory_limit_in_mb=512,
            invoked_function_arn=f"arn:{function}",
        )
        self.wiring.telemetry.metrics.clear_metrics()
        with self.plane.invocation():
            try:
                return getattr(handlers, function)(event, context)
            except Crash:
                self._cold()
                # A function that hangs is ended by Lambda, one that dies exits: the two names they have.
                died = self.plane.fault is not None and self.plane.fault.mode == "crash_before"
                raise TaskFailed("Runtime.ExitError" if died else "Sandbox.Timedout") from None
            except Exception as error:
                self.state.faults.append(f"{function}: {type(error).__name__}: {error}")
                raise TaskFailed(type(error).__name__) from error

    def _enqueue(self, body: str) -> None:
        self.state.notices.append(body)
        self.state.given_notices.append(body)

    def _task(self, function: str, payload: dict[str, Any]) -> Any:
        return self.invoke(_FUNCTIONS[function], json.loads(json.dumps(payload)))

    def http(self, method: str, resource: str, body: str = "", path: str = "", **headers: str) -> Any:
        """Send a request through the API; returns {statusCode, headers, body}, 502 when the function died."""
        form = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(resource))
        found = re.fullmatch(form, path or resource)
        event = {
            "resource": resource,
            "path": path or resource,
            "httpMethod": method,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "multiValueHeaders": {},
            "multiValueQueryStringParameters": None,
            "pathParameters": (found.groupdict() if found else None) or None,
            "stageVariables": None,
            "requestContext": {"resourcePath": resource, "httpMethod": method, "identity": {}},
            "body": body,
            "isBase64Encoded": False,
        }
        try:
            return self.invoke("app", event)
        except TaskFailed:
            return {"statusCode": 502, "headers": {}, "body": ""}

    def _watch(self, call: Call) -> None:
        """Note of each claim, when it appears, the balance on record and whether it was forbidden."""
        if call.service != "dynamodb" or call.what != "claim":
            return
        people = [row for row in rows() if row["sk"] == "PERSON"]
        for row in rows():
            if row["sk"] != "CASE":
                continue
            for key in row.get("claims", ()):
                silent = any(key.partition("#")[2] in each.get("opted_out", ()) for each in people)
                silent = silent and not key.startswith(ANSWERS)
                late = row["status"] not in ("RECEIVED", "NOTICED") and not key.startswith(DUE_LATER)
                over = silent or late
                case_id = f"{row['pk'].removeprefix('LOAN#')}-{row['generation']}"
                self.state.claimed.setdefault((case_id, key), (int(row["amount"]["total"]), over))
