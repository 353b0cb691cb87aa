"""A real runner in a process of its own, on a free port, for tests that drive it over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.seed import LocalLender
from infra.local.signing import encode, signed_headers

ROOT = Path(__file__).parents[2]
_START_SECONDS, _STOP_SECONDS = 300.0, 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Running:
    """A runner on `data`; start it, talk to it, stop or kill it, start it again."""

    data: Path
    port: int = field(default_factory=free_port)
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    printed: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *more: str) -> Running:
        """Start and wait for the ready line; raises AssertionError with what was printed instead."""
        share_build(self.data)
        self.process = launch(self.data, self.port, *self.arguments, *more)
        assert self.process.stdout
        self.printed, end = "", time.monotonic() + _START_SECONDS
        while "Ctrl-C stops it." not in self.printed:
            line = self.process.stdout.readline()
            assert line, f"the runner ended: {self.printed}"
            assert time.monotonic() < end, self.printed
            self.printed += line
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit status."""
        assert self.process
        assert self.process.stdout
        self.process.send_signal(how)
        status = self.process.wait(_STOP_SECONDS)
        self.process.stdout.close()
        self.process = None
        return status

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Send one request, following no redirect."""
        url = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(  # noqa: S310 - our own port
            url, data=body, headers=headers or {}, method=method
        )
        try:
            with _opener.open(request, timeout=120) as answer:
                return Reply(answer.status, _lower(answer.headers), answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, _lower(error.headers), error.read().decode())

    def get(self, path: str) -> Reply:
        return self.request("GET", path)

    def post(self, path: str, value: Any) -> Reply:
        """Post JSON."""
        return self.request("POST", path, json.dumps(value).encode(), {"content-type": "application/json"})

    def form(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> Reply:
        """Post a form as a page's button does."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, urllib.parse.urlencode(fields).encode(), kind | (headers or {}))

    def outbox(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/_local/outbox.json").json()
        return found

    def cases(self) -> dict[str, dict[str, Any]]:
        """Return the cases by loan."""
        return {each["loan"]: each for each in self.get("/_local/cases.json").json()}

    def send(self, event: dict[str, Any]) -> Reply:
        """Post an event signed with its lender's secret, and let the product come to rest."""
        secrets = {each["lender"]: each["secret"] for each in self.get("/_local/lenders.json").json()}
        lender, body = LocalLender(event["source"], "CN", secrets[event["source"]], {}), encode(event)
        reply = self.request(
            "POST", "/v1/events", body, signed_headers(lender.secret, event["id"], int(time.time()), body)
        )
        self.post("/_local/clock", {"advance": "PT0S"})  # answers when everything has settled
        return reply


def launch(data: Path, port: int, *arguments: str) -> subprocess.Popen[str]:
    """Start the runner's process as `make run` does, without this suite's own AWS settings."""
    ours = ("AWS_", "POWERTOOLS_", "ACCORD_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-m", "infra.local", "--port", str(port), "--data", str(data), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )


def share_build(data: Path) -> None:
    """Let a data directory use the project's own build, so that the suite packages once."""
    data.mkdir(parents=True, exist_ok=True)
    build = ROOT / ".local" / "build"
    build.mkdir(parents=True, exist_ok=True)
    if not (data / "build").exists():
        (data / "build").symlink_to(build)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
