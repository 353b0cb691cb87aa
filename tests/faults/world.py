"""The world around the product: senders that repeat, queues that redeliver, a machine, borrowers, sweeps."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from standardwebhooks import Webhook

import app as handlers
from chalicelib import links
from chalicelib import wiring as wirings
from chalicelib.workflow import sweep as sweeps
from tests.faults.machine import Machine, TaskFailed
from tests.faults.plane import Act, Call, Crash, Plane, answer
from tests.faults.provider import Delivery, Providers
from tests.road import KEYS, NOON, SECRET, Road
from tests.table import NAME

FACTOR = "123X"
RECEIVES = 3  # fewer than the shipped queue grants, so harder
_FUNCTIONS = {"SendNotice": "send_notice", "AwaitSignal": "await_signal", "CloseCase": "close_case"}

Row = dict[str, Any]

# Names made anew in every run: tokens, attempts, links and their digests, providers' ids, form fields.
_NAMES = re.compile(
    r"token-\d+|[0-9a-f]{8}(?=@)|(?<=LINK#)[\w-]{43}|(?<=/n/)[\w-]{22}|[0-9a-f]{64}|(?<=VERIFIED#)[\w-]{12}"
    r"|(?<=FEEDBACK#)\w{24}|(?<=answers_id=')\w+|(?<=confirmed=\[)'\w+'|(?<=csrf=')[^']+|(?<=cookie=')[^']+"
    r"|(?<=__Host-accord=)\S+"
)


@dataclass
class Borrower:
    """A person at his phone: he opens the link of the last SMS and presses a button until it works."""

    cookie: str = ""
    csrf: str = ""
    answers_id: str = ""
    confirmed: list[str] = field(default_factory=list)


@dataclass
class State:
    """All that a scenario leaves behind outside the table, so that it can be taken back."""

    now: datetime = NOON
    queue: list[str] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    unsent: list[bytes] = field(default_factory=list)
    accepted: list[tuple[bytes, str]] = field(default_factory=list)
    borrower: Borrower = field(default_factory=Borrower)
    receipts: list[str] = field(default_factory=list)
    given_receipts: list[str] = field(default_factory=list)
    invocations: int = 0
    random: int = 0
    pending: list[str] = field(default_factory=list)
    claimed: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    rested: bool = False
    gave_up: bool = False


@dataclass
class Snapshot:
    """The world at one moment."""

    state: State
    rows: Any
    executions: Any
    issued: int
    outbox: list[Delivery]


class Process(wirings.Wiring):
    """The real wiring; its copies share their clients alone, which are slow to make and cost no call."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients: dict[Any, Any] = {}

    def _client(self, *args: Any, **kwargs: Any) -> Any:
        key = args, tuple(kwargs.items())
        if key not in self.clients:
            self.clients[key] = super()._client(*args, **kwargs)
        return self.clients[key]


class World:
    """One deployment with everybody who calls it; made once, wound back between scenarios."""

    def __init__(self) -> None:
        self.state = State()
        self.providers = Providers(self.now)
        self.machine = Machine(self.now, self._task)
        self.plane = Plane()
        self.road = Road()
        self._fresh = Process(self.road.wiring.settings, clock=self.now, randomness=self._random)
        self._cold()
        self.plane.services = {
            "sfn": self.machine.api,
            "sqs": self._sqs,
            "pinpoint-sms-voice-v2": self.providers.sms,
            "sesv2": self.providers.email,
        }
        self.plane.after_call = self._watch
        self.providers.on_delivery = self._delivered
        self.early_receipts = False
        self._empty = self.snapshot()

    # -- winding back

    def snapshot(self) -> Snapshot:
        """Keep the world as it is."""
        kept = (self.state, self._table().items, self.machine.executions)
        state, rows, executions = copy.deepcopy(kept)
        return Snapshot(state, rows, executions, self.machine.issued, list(self.providers.outbox))

    def restore(self, kept: Snapshot | None = None) -> None:
        """Go back to a snapshot, by default to the empty deployment, in a fresh process."""
        kept = kept or self._empty
        self.state, self._table().items, self.machine.executions = copy.deepcopy(
            (kept.state, kept.rows, kept.executions)
        )
        self.machine.issued = kept.issued
        self.providers.outbox[:] = kept.outbox
        self.providers.refuse.clear()
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

    def _cold(self) -> None:
        """A new process, which remembers nothing."""
        self.wiring = copy.copy(self._fresh)
        wirings.install(self.wiring)

    def _random(self, length: int) -> bytes:
        self.state.random += 1
        return hashlib.sha256(str(self.state.random).encode()).digest()[:length]

    # -- functions

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

    def _task(self, function: str, payload: dict[str, Any]) -> Any:
        return self.invoke(_FUNCTIONS[function], json.loads(json.dumps(payload)))

    def http(self, method: str, resource: str, body: str = "", path: str = "", **headers: str) -> Any:
        """Send a request through the API; returns {statusCode, headers, body}, 502 when the function died."""
        names = re.findall(r"\{(\w+)\}", resource)
        event = {
            "resource": resource,
            "path": path or resource,
            "httpMethod": method,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "multiValueHeaders": {},
            "multiValueQueryStringParameters": None,
            "pathParameters": dict.fromkeys(names, path.rpartition("/")[2]) or None,
            "stageVariables": None,
            "requestContext": {"resourcePath": resource, "httpMethod": method, "identity": {}},
            "body": body,
            "isBase64Encoded": False,
        }
        try:
            return self.invoke("app", event)
        except TaskFailed:
            return {"statusCode": 502, "headers": {}, "body": ""}

    # -- the loan system

    def post(self, name: str = "overdue", **changes: Any) -> int:
        """Send an event once; what is not answered 2xx is sent again by `settle`."""
        return self._post(self.road.event(name, **changes))

    def example(self, name: str) -> dict[str, Any]:
        """Return an example event to be changed."""
        event: dict[str, Any] = json.loads(self.road.event(name))
        return event

    def post_body(self, event: dict[str, Any]) -> int:
        """Send a changed event once."""
        return self._post(json.dumps(event, ensure_ascii=False).encode())

    def _post(self, body: bytes) -> int:
        stamp = str(int(self.now().timestamp()))
        signature = Webhook(SECRET).sign("m1", self.now(), body.decode())
        reply = self.http(
            "POST",
            "/v1/events",
            body.decode(),
            content_type="application/cloudevents+json",
            webhook_id="m1",
            webhook_timestamp=stamp,
            webhook_signature=signature,
        )
        status = int(reply["statusCode"])
        if 200 <= status < 300:
            self.state.accepted.append((body, json.loads(reply["body"])["reference"]))
        elif status >= 500:
            self.state.unsent.append(body)
        return status

    # -- the queues

    def _sqs(self, call: Call, moto: Act) -> Any:
        if call.operation != "SendMessage":
            return moto()
        body = call.body["MessageBody"]
        self.state.queue.append(body)
        self.state.queued.append(body)
        digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
        return answer(200, {"MessageId": str(len(self.state.queued)), "MD5OfMessageBody": digest})

    def consume(self) -> None:
        """Hand the queued events to the consumer once, in one batch; what fails stays queued."""
        self.state.queue = self.batch("take_loan_event", self.state.queue)

    def take_receipts(self) -> None:
        """Hand the queued receipts to their consumer once, in one batch; what fails stays queued."""
        self.state.receipts = self.batch("take_receipt", self.state.receipts)

    def batch(self, function: str, bodies: list[str]) -> list[str]:
        """Hand messages to a consumer; returns those that come back."""
        if not bodies:
            return []
        records = [
            {"messageId": str(number), "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}
            for number, body in enumerate(bodies)
        ]
        try:
            reply = self.invoke(function, {"Records": records})
        except TaskFailed:
            return bodies
        failed = {int(each["itemIdentifier"]) for each in (reply or {}).get("batchItemFailures", ())}
        return [body for number, body in enumerate(bodies) if number in failed]

    # -- providers

    def _delivered(self, delivery: Delivery) -> None:
        if self.early_receipts:
            with self.plane.aside():
                self.give_receipt(delivery)

    def give_receipt(self, delivery: Delivery, word: str = "DELIVERED") -> None:
        """Deliver a receipt at once."""
        self.state.receipts.append(delivery.receipt(word))
        self.state.given_receipts.append(delivery.receipt(word))
        self.take_receipts()

    # -- the borrower

    def open_link(self) -> int:
        """Open the link of the last SMS with the right factor; returns the status (303 is in)."""
        token = self.token_in(self.providers.outbox[-1])
        reply = self.http(
            "POST",
            "/n/{token}",
            urlencode({"factor": FACTOR}),
            path=f"/n/{token}",
            content_type="application/x-www-form-urlencoded",
        )
        if reply["statusCode"] == 303:
            self.state.borrower.cookie = _header(reply, "Set-Cookie").split(";")[0]
        return int(reply["statusCode"])

    def token_in(self, delivery: Delivery) -> str:
        """Return the link's token in a message."""
        return re.findall(r"/n/([A-Za-z0-9_-]{22})", delivery.text)[0]

    def fill_form(self) -> None:
        """Go from the link to the page that shows the answers to be checked."""
        borrower = self.state.borrower
        assert self.open_link() == 303
        page = self.http("GET", "/my/feedback", cookie=borrower.cookie)["body"]
        borrower.csrf = _field(page, "csrf")
        borrower.answers_id = _field(page, "answers_id")

    def opens(self, delivery: Delivery) -> bool:
        """Whether the link in a message leads anywhere."""
        digest = links.digest(self.token_in(delivery), KEYS["link_pepper"].encode())
        return any(row["pk"] == f"LINK#{digest}" for row in self.rows())

    def press_send(self) -> int:
        """Send the answers; what is not confirmed is sent again by `settle`."""
        borrower = self.state.borrower
        form = {
            "csrf": borrower.csrf,
            "answers_id": borrower.answers_id,
            "reason": "UNEMPLOYMENT",
            "text": "x",
            "wish": "YES",
            "mode": "TELEPHONE",
        }
        reply = self.http(
            "POST",
            "/my/feedback/send",
            urlencode(form),
            cookie=borrower.cookie,
            content_type="application/x-www-form-urlencoded",
        )
        if reply["statusCode"] == 303:
            borrower.confirmed.append(borrower.answers_id)
        elif reply["statusCode"] >= 500 and "press_send" not in self.state.pending:
            self.state.pending.append("press_send")
        return int(reply["statusCode"])

    def stop_channel(self, channel: str = "SMS") -> None:
        """Silence a channel; when that fails, `repeat` does it again."""
        if self.press_stop(channel) >= 500:
            self.state.pending.append("press_stop")

    def press_stop(self, channel: str = "SMS") -> int:
        """Silence a channel."""
        borrower = self.state.borrower
        reply = self.http(
            "POST",
            "/my/preferences",
            urlencode({"csrf": borrower.csrf, "channel": channel}),
            cookie=borrower.cookie,
            content_type="application/x-www-form-urlencoded",
        )
        return int(reply["statusCode"])

    # -- time

    def run(self) -> None:
        """Let the machine go on until every execution waits; its retries are waited for."""
        for _ in range(400):
            if self.machine.step():
                continue
            retry = self.machine.next_retry()
            if retry is None:
                return
            self.state.now = max(self.now(), retry)
        raise AssertionError(f"the machine does not come to rest: {self.histories()}")

    def to_timer(self) -> bool:
        """Move the clock to the next timer and let it fire; False when nothing waits."""
        timer = self.machine.next_timer()
        if timer is None:
            return False
        self.state.now = max(self.now(), timer)
        self.run()
        return True

    def sweep(self, *, every: bool = False) -> None:
        """Run the sweeper once; days on which no case was opened are left out to save their queries."""
        event = {
            "version": "0",
            "account": "1",
            "region": "us-east-1",
            "detail": {"every": True} if every else {},
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "time": "",
            "id": "",
            "resources": [],
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sweeps, "range", self._days, raising=False)
            try:
                self.invoke("sweep", event)
            except TaskFailed:
                if every:
                    self.state.pending.append("restart_all")

    def restart_all(self) -> int:
        """Ask the sweeper to look after every open case, as an operator does after a restore."""
        self.sweep(every=True)
        return 200

    def _days(self, number: int) -> list[int]:
        opened = {row["open_day"][-10:] for row in self.rows() if "open_day" in row}
        days = [(back, (self.now() - timedelta(days=back)).date().isoformat()) for back in range(number)]
        return [back for back, day in days if back == 0 or day in opened]

    def settle(self) -> None:
        """Everybody repeats what failed, and the sweeper runs three times, 20 minutes apart."""
        self.repeat()
        for _ in range(3):
            before = self.effects()
            self.advance(minutes=20)
            self.sweep()
            self.repeat()
            if self.effects() == before:  # nothing was left to mend, and nothing will come of time alone
                break

    def repeat(self) -> None:
        """The sender sends again, the queue redelivers, the borrower presses again, the machine goes on."""
        for _ in range(RECEIVES):
            unsent, self.state.unsent = self.state.unsent, []
            self.advance(seconds=len(unsent))  # a repeat comes later
            for body in unsent:
                self._post(body)
            self.consume()
            self.run()
            pending, self.state.pending = self.state.pending, []
            for act in pending:
                if getattr(self, act)() >= 500:
                    self.state.pending.append(act)
            self.take_receipts()
            self.run()
            if not (self.state.unsent or self.state.queue or self.state.pending or self.state.receipts):
                break
        self.state.parked += self.state.queue
        self.state.queue = []

    def to_the_end(self) -> None:
        """Let every timer fire until no execution is left, then sweep; raises when that never comes."""
        for _ in range(12):
            if not self.to_timer():
                break
        else:
            raise AssertionError(f"no end: {self.histories()}")
        for _ in range(2):
            self.advance(minutes=20)
            self.sweep()
            self.repeat()
        self.state.rested = True

    def redeliver_everything(self) -> None:
        """Once more: every event, every queue message, every receipt, every answer, a sweep."""
        for body, _ in list(self.state.accepted):
            self._post(body)
        self.state.queue += self.state.queued
        self.state.receipts += self.state.given_receipts
        if self.state.borrower.confirmed:
            self.press_send()
        self.repeat()
        self.sweep()
        self.repeat()

    # -- looking

    def rows(self) -> list[Row]:
        """Return every row, as plain values."""
        return [
            {name: _plain(value) for name, value in item.attrs.items()}
            for ranges in self._table().items.values()
            for item in ranges.values()
        ]

    def effects(self) -> Any:
        """Return all that a repeat must not change."""
        rows = sorted((json.dumps(row, sort_keys=True, default=str) for row in self.rows()))
        executions = [(one.name, one.status, one.state) for one in self.machine.executions.values()]
        return rows, executions, [delivery.message_id for delivery in self.providers.outbox]

    def signature(self) -> str:
        """Return all that the future depends on, with random names replaced: equal worlds go on equally."""
        state = self.state
        parts = [
            str(
                (state.now, state.queue, sorted(set(state.queued)), state.parked, state.unsent, state.pending)
            ),
            str((state.accepted, state.borrower, sorted(state.claimed.items()), self.providers.refuse)),
            str((state.receipts, sorted(set(state.given_receipts)))),
            *sorted(
                (json.dumps(row, sort_keys=True) for row in self.rows() if row["sk"] != "LINK"), key=_nameless
            ),
            *(each.signature() for each in self.machine.executions.values()),
            *(f"{each.notice} {each.at} {each.text} {self.opens(each)}" for each in self.providers.outbox),
        ]
        names: dict[str, str] = {}
        return _NAMES.sub(lambda found: names.setdefault(found[0], f"name{len(names)}"), "\n".join(parts))

    def histories(self) -> dict[str, list[str]]:
        """Return each execution's states, the last ten."""
        return {name: one.history[-10:] + one.errors[-5:] for name, one in self.machine.executions.items()}

    def duplicates(self) -> list[tuple[str, str, str]]:
        """Return the notices that were delivered more than once."""
        counted = Counter(delivery.notice for delivery in self.providers.outbox)
        return [notice for notice, times in counted.items() if times > 1]

    def _table(self) -> Any:
        return dynamodb_backends["123456789012"]["us-east-1"].tables[NAME]

    def _watch(self, call: Call) -> None:
        """Note of each claim, when it appears, the balance on record and whether it was forbidden."""
        if call.service != "dynamodb" or call.what != "claim":
            return
        for row in self.rows():
            if row["sk"] != "CASE":
                continue
            for key in row.get("claims", ()):
                silent = key.partition("#")[2] in row.get("opted_out", ())
                over = silent or row["status"] in ("CLOSED", "FEEDBACK", "APPLIED")
                case_id = f"{row['pk'].removeprefix('LOAN#')}-{row['generation']}"
                self.state.claimed.setdefault((case_id, key), (int(row["amount"]["total"]), over))


def _nameless(text: str) -> str:
    return _NAMES.sub("", text)


def _header(reply: Any, name: str) -> str:
    found = reply.get("multiValueHeaders", {}).get(name) or [reply["headers"].get(name, "")]
    return str(found[0])


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"no field {name}"
    return found.group(1)


def _plain(value: Any) -> Any:
    kind, inner = (value.type, value.value) if isinstance(value, DynamoType) else next(iter(value.items()))
    if kind == "M":
        return {name: _plain(each) for name, each in inner.items()}
    if kind == "L":
        return [_plain(each) for each in inner]
    return sorted(inner) if kind in ("SS", "NS") else inner
