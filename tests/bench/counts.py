"""What a plain case costs on AWS: calls, units and transitions, counted on the real handlers over moto."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from moto import mock_aws

from chalicelib.store import keys, rows
from tests.bench import gateway
from tests.bench.record import Recorder, Tally, recording
from tests.bench.units import item_bytes
from tests.road import SECRET, Road
from tests.walk import FEEDBACK, Answers, walk

MACHINE = Path(__file__).parents[2] / "infra" / "machines" / "case.asl.json"
PLAIN = (
    *("intake", "open", "notify", "notify, watched", "notify, receipt"),
    *("remind", "remind, watched", "remind, receipt", "verify", "read", "answer", "answered", "close"),
)
"""The plain case: taken in, noticed over two channels, reminded once, answered, closed by its limit; each of
its steps
is seen delivered by its first receipt."""

# How the plain case leaves each waiting state: its timer ends, or the answer's signal comes.
_LEFT = {"Notify": "States.Timeout", "Remind": "", "Answered": "States.Timeout"}
_RECEIPT = {"eventType": "TEXT_DELIVERED", "messageId": "sms-1"}


UNMEDIATED: Answers = {**FEEDBACK, "mediation": {"wish": "NO"}}
"""The plain case: he answers, and wants no mediation."""


@dataclass
class Counts:
    """Tallies by phase, the states entered (each is one billed transition), and sizes in bytes."""

    phases: Mapping[str, Tally]
    states: tuple[str, ...]
    pages: Mapping[str, int]
    head_bytes: int

    @property
    def plain(self) -> Tally:
        """The whole plain case."""
        total = Tally()
        for tally in (self.phases[name] for name in PLAIN):
            total.writes += tally.writes
            total.reads += tally.reads
            for name, number in tally.calls.items():
                total.calls[name] = total.calls.get(name, 0) + number
        return total


def count() -> Counts:
    """Carry a plain case through the handlers and return its cost; secrets and lender are cached."""
    with mock_aws(), recording() as recorder:
        case = _PlainCase(Road(), recorder)
        case.carry()
        phases = {name: tally for name, tally in recorder.tallies.items() if name}
        return Counts(phases, tuple(_states()), case.pages, case.head_bytes)


@dataclass
class _PlainCase:
    """One case and its borrower's browser."""

    road: Road
    recorder: Recorder
    pages: dict[str, int] = field(default_factory=dict)
    head_bytes: int = 0
    case_id: str = ""
    _cookie: str = ""

    def carry(self) -> None:
        import app

        wiring = self.road.wiring
        for secret in (wiring.pepper, wiring.session_key, wiring.reference_key):
            secret()
        wiring.lender_secrets("demo-bank")
        wiring.lender("demo-bank")
        body = self.road.event()
        with self.recorder.phase("intake"):
            headers = gateway.signed(body, SECRET, self.road.clock.now)
            taken = self._http("POST", "/v1/events", headers=headers, body=body.decode())
        with self.recorder.phase("open"):
            done = app.take_loan_event(gateway.records({"reference": taken["reference"]}), gateway.Context())
        assert done == {"batchItemFailures": []}
        self.case_id = self._head()["pk"]["S"].removeprefix(keys.loan("")) + "-1"
        for name, state, step in (("notify", "Notify", "first_notice"), ("remind", "Remind", "reminder_1")):
            with self.recorder.phase(name):
                done = app.send_notice(gateway.records(self._payload(state)), gateway.Context())
            assert done == {"batchItemFailures": []}
            self._deliver(name, step)
            self.road.clock.advance(days=3)
        self.head_bytes = item_bytes(self._head())
        self._visit()
        with self.recorder.phase("answered"):
            app.await_signal(self._payload("Answered"), gateway.Context())
        with self.recorder.phase("close"):
            app.close_case(self._payload(_states()[-2]), gateway.Context())
        assert self._head()["status"] == {"S": "CLOSED"}

    def _deliver(self, name: str, step: str) -> None:
        """The step is seen delivered: somebody waits for its receipt, and it comes."""
        import app

        message = {"case_id": self.case_id, "stage": "Deliver", "step": step, "token": f"token-of-{step}"}
        times = {"at": "2026-11-23T04:00:00Z", "entered": "2026-11-23T04:00:00Z"}
        with self.recorder.phase(f"{name}, watched"):
            app.send_notice(gateway.records(message | times), gateway.Context())
        receipt = {**_RECEIPT, "context": {"case_id": self.case_id, "step": step, "channel": "SMS"}}
        with self.recorder.phase(f"{name}, receipt"):
            app.take_receipt(gateway.records(receipt), gateway.Context())

    def _visit(self) -> None:
        """The borrower's way from the reminder's link to the confirmation."""
        found = re.search(r"/n/([\w-]+)", self.recorder.texts[-1])
        assert found
        link = {"token": found.group(1)}
        with self.recorder.phase("verify"):
            self._http("GET", "/n/{token}", path=link)
            self._http("POST", "/n/{token}", path=link, body=urlencode({"factor": "123X"}), expect=303)
        with self.recorder.phase("read"):
            self._http("GET", "/my/info")
            self._http("GET", "/my/notice")
        with self.recorder.phase("answer"):
            csrf = _hidden(self._page("GET", "/my/form/feedback/reason")["html"])

            def post(path: str, form: Mapping[str, Any]) -> str:
                to = str(self._page("POST", path, body=urlencode({**form, **csrf}), expect=303)["location"])
                self._page("GET", to)  # where the redirect leads the browser
                return to

            post(walk(post, "feedback", UNMEDIATED), {})

    def _page(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Ask for a page of a journey."""
        _, _, _, journey, page = path.split("/")
        return self._http(
            method, "/my/form/{journey}/{page}", path={"journey": journey, "page": page}, name=path, **more
        )

    def _http(
        self, method: str, route: str, *, expect: int = 0, name: str = "", **more: Any
    ) -> dict[str, Any]:
        import app

        kind = gateway.FORM if method == "POST" else {}
        headers = {"cookie": self._cookie, **kind, **more.pop("headers", {})}
        answer = app.app(gateway.request(method, route, headers=headers, **more), gateway.Context())
        assert answer["statusCode"] == (expect or (202 if route == "/v1/events" else 200)), answer["body"]
        if cookie := answer["headers"].get("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        if "json" in answer["headers"]["Content-Type"]:
            return dict(json.loads(answer["body"]))
        if answer["body"]:
            self.pages[f"{method} {name or route}"] = len(answer["body"].encode())
        where = answer["headers"].get("Location", "")
        return {"html": answer["body"], "location": urlsplit(where).path.removeprefix("/api")}

    def _payload(self, state: str) -> dict[str, Any]:
        """What the machine hands to a state's function."""
        asked = _machine()["States"][state]["Parameters"]
        given = asked.get("Payload") or asked["MessageBody"]
        values = {
            "case_id.$": self.case_id,
            "token.$": f"token-{state}",
            "seconds.$": 2_592_000,
            "entered.$": self.road.clock.now.isoformat(),
        }
        return {name.removesuffix(".$"): values.get(name, value) for name, value in given.items()}

    def _head(self) -> dict[str, Any]:
        client = rows.Row._get_connection().connection.client
        items = client.scan(TableName=self.road.wiring.settings.table)["Items"]
        return dict(next(item for item in items if item["sk"]["S"] == keys.CASE))


def _hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf)" value="([^"]*)"', html))


def _machine() -> dict[str, Any]:
    return dict(json.loads(MACHINE.read_text(encoding="utf-8")))


def _states() -> list[str]:
    return list(_walk(_machine()))


def _walk(machine: Mapping[str, Any]) -> Iterator[str]:
    """Yield the states the plain case enters."""
    name = machine["StartAt"]
    while name:
        yield name
        state = machine["States"][name]
        error = _LEFT.get(name, "")
        caught = [one["Next"] for one in state.get("Catch", ()) if error in one["ErrorEquals"]]
        name = caught[0] if caught else state.get("Next")
