"""One running `python -m infra.local`, and what its visitors do with it."""

from __future__ import annotations

import html
import json
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from standardwebhooks import Webhook

from tests.walk import walk

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
_START_SECONDS = 300  # the first start packages the app


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """The product on a port of its own, with data and recorded calls in `folder`."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def calls(self) -> Path:
        return self.folder / "calls.jsonl"

    def start(self) -> None:
        """Start it and wait until the start page answers."""
        command = [sys.executable, "-m", "infra.local", "--port", str(self.port)]
        command += ["--data", str(self.folder / "data"), "--record-calls", str(self.calls)]
        with (self.folder / "runner.log").open("a") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, text=True)
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "runner.log").read_text()[-4000:])
            time.sleep(0.2)

    def stop(self) -> int:
        """Stop it as Ctrl-C does; returns its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/_local/clock", timeout=5).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def get(self, path: str) -> Any:
        answer = requests.get(self.url + path, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def event(self, name: str = "overdue", **changes: Any) -> dict[str, Any]:
        """Return an example event under a fresh id, with other attributes where asked.

        Each loan's borrower is a person of his own: caps count per person, over all his loans.
        """
        example = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        event = {**example, "id": f"evt-{uuid.uuid4()}", **changes}
        if name == "overdue" and "data" not in changes:
            person = {"phone": phone_of(event["subject"]), "email": email_of(event["subject"])}
            event["data"]["borrower"] |= person | {"postal": ["示范市东城区和平里北街12号", "邮编 100013"]}
        return event

    def post(
        self, event: dict[str, Any], *, secret: str | None = None, at: datetime | None = None
    ) -> requests.Response:
        """Post an event as its lender would, signed by the reference library."""
        body = json.dumps(event, ensure_ascii=False)
        lenders = {lender["lender"]: lender["secret"] for lender in self.get("/_local/lenders.json")}
        at = at or datetime.now(UTC)
        signature = Webhook(secret or lenders[event["source"]]).sign(event["id"], at, body)
        headers = {
            "content-type": "application/cloudevents+json",
            "webhook-id": event["id"],
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        }
        return requests.post(f"{self.url}/v1/events", data=body.encode(), headers=headers, timeout=30)

    def open_case(self, loan: str, **changes: Any) -> str:
        """Post an overdue event of `loan` and return its case's id once it is open."""
        answer = self.post(self.event(subject=loan, **changes))
        assert answer.status_code == 202, answer.text
        return str(self.wait_for(lambda: self.case(loan))["case_id"])

    def case(self, loan: str) -> dict[str, Any] | None:
        """Return the newest case of a loan, or None."""
        found = [case for case in self.get("/_local/cases.json") if case["loan"] == loan]
        return found[-1] if found else None

    def kinds(self, loan: str) -> list[str]:
        """Return the kinds of facts on the timeline of a loan's case."""
        case = self.case(loan)
        return [fact["kind"] for fact in case["timeline"]] if case else []

    def messages(self, case_id: str) -> list[dict[str, Any]]:
        """Return the messages of a case, oldest first."""
        return [message for message in self.get("/_local/outbox.json") if message["case_id"] == case_id]

    def tell(self, message: dict[str, Any], status: str) -> None:
        """Let the provider of a message tell what became of it."""
        receipt = {"provider_message_id": message["provider_message_id"], "status": status}
        answer = requests.post(f"{self.url}/_local/receipts", json=receipt, timeout=60)
        assert answer.status_code == 202, answer.text

    def text_back(self, message: dict[str, Any], text: str) -> None:
        """Let the recipient of an SMS text something back."""
        reply = {"provider_message_id": message["provider_message_id"], "text": text}
        answer = requests.post(f"{self.url}/_local/replies", json=reply, timeout=60)
        assert answer.status_code == 202, answer.text

    def sent(self, case_id: str, count: int = 0) -> dict[str, dict[str, Any]]:
        """Return the newest message of a case per channel, once there are `count` messages."""
        found = self.wait_for(lambda: m if len(m := self.messages(case_id)) >= count else None)
        return {message["channel"]: message for message in found}

    def delivery(self, loan: str, step: str = "first_notice") -> dict[str, Any]:
        """Return how a step of a loan's case stands: `ended`, `waits_until`, and its channels by name."""
        case = self.case(loan) or {}
        found = next(each for each in case["deliveries"] if each["step"] == step)
        return {**found, "channels": {each["channel"]: each for each in found["channels"]}}

    def advance(self, duration: str) -> dict[str, Any]:
        """Move the clock by an ISO 8601 duration and let what falls due run."""
        answer = requests.post(f"{self.url}/_local/clock", json={"advance": duration}, timeout=120)
        assert answer.status_code == 200, answer.text
        moved: dict[str, Any] = answer.json()
        return moved

    def now(self) -> datetime:
        """Return the local clock's time."""
        return datetime.fromisoformat(self.get("/_local/clock")["now"])

    @staticmethod
    def wait_for(look: Any, seconds: float = 60) -> Any:
        """Look until there is something to see; what runs in the background needs a moment."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.1)
        raise AssertionError("it did not happen in time")


@dataclass
class Browser:
    """A borrower's phone: keeps cookies and the last page, follows links and fills forms, runs no script."""

    session: requests.Session = field(default_factory=requests.Session)
    page: requests.Response | None = None

    def open(self, url: str) -> str:
        self.page = self.session.get(url, timeout=30)
        return self.page.text

    def submit(self, action: str, **fields: str) -> str:
        """Send the form with this action on the current page, its hidden fields and `fields`."""
        assert self.page is not None
        forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', self.page.text, re.DOTALL)
        named = ((html.unescape(address), body) for address, body in forms)
        target, inner = next(form for form in named if form[0].startswith(action))
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', inner))
        values = {name: html.unescape(value) for name, value in hidden.items()} | fields
        url = urljoin(self.page.url, target)
        self.page = self.session.post(url, data=values, timeout=30)
        return self.page.text

    def answer(self, journey: str, answers: Mapping[str, Mapping[str, Any]]) -> str:
        """Answer a journey page by page, from its first, which is open now; returns its check."""

        def post(path: str, form: Mapping[str, Any]) -> str:
            self.submit(path, **form)
            assert self.page is not None
            return self.page.url

        walk(post, journey, answers)
        assert self.page is not None
        return self.page.text


def phone_of(loan: str) -> str:
    """Return the phone number of a loan's borrower; none ends as a magic one does."""
    return f"+8613{zlib.crc32(loan.encode()) % 10**8:08d}8"


def email_of(loan: str) -> str:
    """Return the e-mail address of a loan's borrower."""
    return f"{loan.lower()}@example.com"


def link_in(text: str) -> str:
    """Return the address of the link in a message."""
    found = re.search(r"https?://\S+/n/[A-Za-z0-9_-]{22}", text)
    assert found, text
    return found.group(0)
