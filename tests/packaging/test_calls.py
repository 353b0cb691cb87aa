"""Each function's policy allows the AWS calls it makes, and not one more: recorded from the real handlers."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore import handlers
from chalice.test import Client
from moto import mock_aws
from standardwebhooks import Webhook

from chalicelib import wiring as wirings
from chalicelib.domain.errors import Answered, TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.store import cases, claims
from infra.local.recording import current_function, record_calls
from infra.resources.functions import FUNCTIONS
from tests.road import SECRET, Road

POLICIES = Path(__file__).parents[2] / ".chalice"
# How IAM names what botocore calls otherwise; a transaction needs the rights of the acts in it.
_SERVICES = {"sesv2": "ses", "pinpoint-sms-voice-v2": "sms-voice", "stepfunctions": "states", "sfn": "states"}
_ACTS = {"Put": "PutItem", "Update": "UpdateItem"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}


def allowed(function: str) -> set[str]:
    """The actions a policy grants the function's code; what Lambda itself needs has a `Runtime` statement."""
    policy = json.loads((POLICIES / f"policy-{function}.json").read_text())
    mine = [each for each in policy["Statement"] if not each["Sid"].startswith("Runtime")]
    return {action for statement in mine for action in statement["Action"]}


def actions(call: dict[str, Any]) -> set[str]:
    """The IAM actions that one recorded call needs."""
    service = _SERVICES.get(call["service"], call["service"])
    if "acts" in call["resources"]:
        return {f"{service}:{_ACTS[act]}" for act in call["resources"]["acts"]}
    return {f"{service}:{call['operation']}"}


class Driver:
    """Drives every function down each of its branches, as API Gateway, SQS and Step Functions do."""

    def __init__(self, road: Road, client: Client) -> None:
        self.road, self.client = road, client

    def start_cold(self, function: str) -> None:
        """Make `function` the caller, with nothing cached by the one before."""
        wirings.install(wirings.Wiring(self.road.wiring.settings, clock=self.road.clock))
        current_function.set(function)

    def run(self, function: str, payload: Any) -> None:
        self.start_cold(function)
        # No provider is there to send: the call was made all the same.
        with suppress(TryAgain, Answered):
            self.client.lambda_.invoke(function, payload)
        current_function.set("")

    def http(self, method: str, path: str, **more: Any) -> Any:
        self.start_cold("api_handler")
        try:
            return self.client.http.request(method, path, **more)
        finally:
            current_function.set("")

    def event(self, name: str = "overdue", **changes: Any) -> str:
        """Post an event and let the consumer carry it out; returns its case's id if it has one."""
        body, now = self.road.event(name, **changes), self.road.clock.now
        headers = {
            "content-type": "application/json",
            "webhook-id": "w",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign("w", now, body.decode()),
        }
        taken = self.http("POST", "/v1/events", headers=headers, body=body).json_body
        messages = [json.dumps({"reference": taken["reference"]})]
        self.run("take_loan_event", self.client.events.generate_sqs_event(messages, "accord-loan-events"))
        shown = self.http("GET", f"/v1/events/{taken['reference']}").json_body["case"]
        return str(shown["case_id"]) if shown else ""

    def task(self, function: str, case: str, stage: str, **more: Any) -> None:
        payload = {"case_id": case, "stage": stage, "token": f"token-of-{stage}", "seconds": 60, **more}
        self.run(function, payload)

    def answer(self, case: str) -> None:
        """Be the borrower: a wrong factor, the right one, every page, the answer."""
        from chalicelib import links
        from chalicelib.store import batch
        from chalicelib.store import links as link_rows

        expires = self.road.clock.now + timedelta(days=1)
        link = link_rows.Link(links.digest("t" * 22, self.road.wiring.pepper()), CaseId.parse(case), expires)
        batch.write([link_rows.row_of(link)])
        path = "/n/" + "t" * 22
        self.http("POST", path, headers=_FORM, body=b"factor=0000")
        entered = self.http("POST", path, headers=_FORM, body=b"factor=123X")
        cookie = {"cookie": entered.headers["Set-Cookie"].split(";")[0]}
        for page in ("info", "notice", "preferences"):
            self.http("GET", f"/my/{page}", headers=cookie)
        form = self.http("GET", "/my/feedback", headers=cookie).body.decode()
        hidden = dict(re.findall(r'name="(csrf|answers_id)" value="([^"]+)"', form))
        fields = {"reason": "FORGOT", "wish": "NO", "text": "", **hidden}
        for page, more in (("preferences", {"channel": "EMAIL"}), ("feedback/send", {})):
            body = urlencode({**fields, **more}).encode()
            assert self.http("POST", f"/my/{page}", headers={**cookie, **_FORM}, body=body).status_code < 400
        self.http("GET", "/my/done", headers=cookie)

    def sweep(self) -> None:
        self.start_cold("sweep")
        wirings.wired().sweep(every=True)
        current_function.set("")


def drive(driver: Driver) -> None:
    """Every branch of every function that makes a call of its own kind."""
    road = driver.road
    case = driver.event()
    driver.event()  # the same again
    driver.event(id="e2", time="2026-11-20T02:00:00Z")  # a newer balance
    driver.task("await_signal", case, "AwaitWindow", resume="Notify")
    driver.task("send_notice", case, "Notify")  # no provider answers: released
    driver.sweep()
    driver.answer(case)
    driver.sweep()  # the answer's signal was lost
    driver.task("send_notice", case, "Notify")  # answered: success to its token
    driver.task("await_signal", case, "AwaitWindow", resume="Notify")  # and to this one's
    driver.task("close_case", case, "NoResponse")
    driver.task("await_signal", case, "Answered")
    driver.sweep()
    driver.event("settled", id="s1", subject="LN-2026-000001")
    driver.task("send_notice", case, "Remind")  # settled: failure to its token
    driver.task("await_signal", case, "Answered")
    road.clock.advance(minutes=10)
    driver.sweep()  # a closed case still waits; then it rests
    driver.event("settled", id="s2", subject="another")  # paid without a case
    driver.event(id="e3", time="2026-11-23T00:00:00Z")  # the next case of the same loan
    driver.event(id="e6", time="2026-11-23T01:00:00Z")  # a newer balance of that one
    claimed = driver.event(id="e4", subject="claimed")
    found = cases.get(CaseId.parse(claimed))
    assert claims.claim(found, "first_notice#SMS", "a@1", road.clock.now)
    road.clock.advance(minutes=10)
    boto3.client("stepfunctions").stop_execution(executionArn=_execution(road, claimed))
    driver.sweep()  # a claim whose sender is gone
    driver.task("send_notice", claimed, "Remind")  # names what was sent before
    road.clock.advance(hours=12)  # night
    driver.task("send_notice", driver.event(id="e5", subject="night"), "Notify")
    tags = {"case_id": case, "step": "first_notice", "channel": "SMS"}
    event = {"eventType": "TEXT_DELIVERED", "messageId": "m", "context": tags}
    receipts = driver.client.events.generate_sqs_event([json.dumps(event)], "accord-receipts")
    driver.run("take_receipt", receipts)


def _execution(road: Road, case: str) -> str:
    return road.wiring.settings.case_machine_arn.replace(":stateMachine:", ":execution:") + f":{case}"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The IAM actions each function needed on its whole way."""
    file = tmp_path_factory.mktemp("calls") / "calls.jsonl"
    record_calls(file)
    try:
        with mock_aws():
            road = Road()
            import app

            with Client(app.app) as client:
                drive(Driver(road, client))
    finally:
        handlers.BUILTIN_HANDLERS.pop()
    found: dict[str, set[str]] = {}
    for line in file.read_text().splitlines():
        call = json.loads(line)
        found.setdefault(call["function"], set()).update(actions(call))
    return found


@pytest.mark.parametrize("function", sorted(path.stem[7:] for path in POLICIES.glob("policy-*.json")))
def test_a_policy_allows_what_its_function_calls_and_nothing_else(
    recorded: dict[str, set[str]], function: str
) -> None:
    needed = recorded[function]
    assert allowed(function) - needed == set(), "allowed but never called"
    assert needed - allowed(function) == set(), "called but not allowed"


def test_every_function_of_the_template_has_a_policy() -> None:
    assert len(list(POLICIES.glob("policy-*.json"))) == len(FUNCTIONS)
