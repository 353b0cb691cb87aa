"""What a page costs us: CPU of one GET, warm, in process, without what AWS's client and the network take."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.client import BaseClient
from moto import mock_aws

import app
from chalicelib.api.session import start
from chalicelib.domain.codes import Stage
from chalicelib.store import lenders
from chalicelib.wiring import install
from tests.api.routes import ROUTES
from tests.bench.gateway import Context, request
from tests.fakes import FakeChannel, FakeStepFunctions
from tests.road import DEMO_BANK, Road
from tests.samples import CASE_ID
from tests.scene import Scene

PAGES = (
    "/open",
    "/n/AAAAAAAAAAAAAAAAAAAAAA",
    "/my/info",
    "/my/notice",
    "/my",
    "/my/form/feedback/reason",
    "/my/contact",
)
_WARM, _RUNS = 20, 200


@dataclass(frozen=True, slots=True)
class PageCost:
    """Medians of one page: the view with its reading and rendering, and all of our function, in CPU µs."""

    path: str
    view_us: float
    function_us: float
    aws_calls: int


def table(costs: list[PageCost]) -> str:
    """Return the costs as a table."""
    lines = ["GET (warm, own CPU)                 view    function    AWS calls"]
    lines += [f"{c.path:<30} {c.view_us:>6.0f} µs {c.function_us:>8.0f} µs {c.aws_calls:>9}" for c in costs]
    return "\n".join(lines)


class Replay:
    """Answers AWS calls with what they answered before, and keeps its own time off the account."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.calls, self.seconds = 0, 0.0
        self._call = BaseClient._make_api_call

    def __call__(self, client: BaseClient, name: str, values: Any) -> Any:
        began = time.thread_time()
        self.calls += 1
        key = f"{name}{values}"
        if key not in self.known:
            self.known[key] = self._call(client, name, values)
        self.seconds += time.thread_time() - began
        return self.known[key]

    def bound(self) -> Callable[[BaseClient, str, Any], Any]:
        """Return this as a function that a class takes for its method."""

        def call(client: BaseClient, name: str, values: Any) -> Any:
            return self(client, name, values)

        return call

    def spent(self, act: Callable[[], Any]) -> tuple[float, int]:
        """Return the CPU µs of an act without its AWS calls, and how many there were."""
        self.calls, self.seconds = 0, 0.0
        began = time.thread_time()
        act()
        return (time.thread_time() - began - self.seconds) * 1e6, self.calls


def measure() -> list[PageCost]:
    """Return what every page costs a verified borrower with a notice."""
    with _replaying() as (replay, cookie):
        return [_cost(replay, path, cookie) for path in PAGES]


@contextmanager
def _replaying() -> Iterator[tuple[Replay, str]]:
    with mock_aws():
        road = Road()
        scene = Scene(road, FakeStepFunctions(), *map(FakeChannel, ("sms", "mail", "voice", "letter")))
        install(road.wiring)
        scene.restart()
        lenders.put(DEMO_BANK)
        scene.accept()
        scene.run(Stage.NOTIFY, "token-1")
        sealed = start(CASE_ID, road.clock.now).seal(road.wiring.session_key())
        replay, call = Replay(), BaseClient._make_api_call
        BaseClient._make_api_call = replay.bound()
        try:
            yield replay, f"__Host-accord={sealed}"
        finally:
            BaseClient._make_api_call = call


def _cost(replay: Replay, path: str, cookie: str) -> PageCost:
    event, context = _event(path, cookie), Context()
    function, calls = _median(replay, lambda: app.app(event, context))
    entry = app.app.routes[event["requestContext"]["resourcePath"]]["GET"]
    values = list((event["pathParameters"] or {}).values())
    view, _ = _median(replay, lambda: entry.view_function(*values))  # the request of before still stands
    return PageCost(path, view, function, calls)


def _median(replay: Replay, act: Callable[[], Any]) -> tuple[float, int]:
    for _ in range(_WARM):
        act()
    runs = [replay.spent(act) for _ in range(_RUNS)]
    return statistics.median(each[0] for each in runs), runs[-1][1]


def _event(path: str, cookie: str) -> dict[str, Any]:
    """Return API Gateway's event of a GET."""
    route = next(route for route in ROUTES if route.method == "GET" and route.leads(path))
    parts = zip(route.path.split("/"), path.split("/"), strict=True)
    named = {name[1:-1]: value for name, value in parts if name.startswith("{")}
    return request("GET", route.path, path=named, headers={"cookie": cookie, "accept-language": "zh-CN"})
