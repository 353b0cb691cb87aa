"""Two actors at once: every way in which the calls of one can fall between the calls of the other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tests.faults import scenarios
from tests.faults.plane import Call, StandInBroke
from tests.faults.provider_scenes import two_providers
from tests.faults.scenarios import Act
from tests.faults.sweep import DEEP, READS, Aftermaths
from tests.faults.world import World

_PATIENCE = 30.0
_ALL = 1_000_000


class Baton:
    """Says whose turn it is; `plan` gives each actor in order a number of calls."""

    def __init__(self, plan: list[tuple[str, int]]) -> None:
        self._plan, self._moved, self._gone = list(plan), threading.Condition(), set[str]()
        self._calling = ""

    def before(self, name: str) -> None:
        """Wait until `name` may make its next call."""
        with self._moved:
            self._done(name)
            if not self._moved.wait_for(lambda: self._is_turn_of(name), _PATIENCE):
                raise TimeoutError(f"{name} waits for ever; {self._plan}")
            who, left = self._plan[0]
            self._plan[0], self._calling = (who, left - 1), name

    def _done(self, name: str) -> None:
        """A call lasts until its thread wants the next one: no two calls are ever under way at once."""
        if self._calling == name:
            self._calling = ""
            self._moved.notify_all()

    def _is_turn_of(self, name: str) -> bool:
        if self._calling:
            return False
        while self._plan and (self._plan[0][1] == 0 or self._plan[0][0] in self._gone):
            self._plan.pop(0)
            self._moved.notify_all()
        return bool(self._plan) and self._plan[0][0] == name

    def leave(self, name: str) -> None:
        """`name` makes no more calls."""
        with self._moved:
            self._done(name)
            self._gone.add(name)
            self._moved.notify_all()


def calls_of(world: World, act: Act) -> list[Call]:
    """Return the calls an act makes alone."""
    with world.plane.armed():
        act(world)
    return list(world.plane.calls)


def together(world: World, first: Act, second: Act, plan: list[tuple[str, int]]) -> None:
    """Run two acts in threads of their own, their calls in the order of `plan` (actors `first`, `second`)."""
    baton = Baton(plan)
    broken: list[BaseException] = []

    def before(call: Call) -> None:
        baton.before(threading.current_thread().name)

    def run(act: Act) -> None:
        try:
            act(world)
        except (Exception, StandInBroke) as error:
            broken.append(error)
        finally:
            baton.leave(threading.current_thread().name)

    # Two processes in truth, one here: what is built on first use must not be waited for by the other.
    assert world.wiring.take_notice
    world.plane.before_call = before
    threads = [
        threading.Thread(target=run, args=(act,), name=name)
        for name, act in (("first", first), ("second", second))
    ]
    with world.plane.armed():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    world.plane.before_call = lambda call: None
    if broken:
        raise broken[0]


def plans(first: list[Call], second: list[Call]) -> Iterator[list[tuple[str, int]]]:
    """Yield: i calls of the first, j of the second, the rest of the first, the rest of the second.

    The turn changes beside a call that writes; between two calls that read it does so with the whole second
    act coming between alone (`ACCORD_DEEP=1`: everywhere).
    """
    for i in range(len(first) + 1):
        for j in range(1, len(second) + 1):
            if DEEP or j == len(second) or (_by_a_write(first, i) and _by_a_write(second, j)):
                yield [("first", i), ("second", j), ("first", _ALL), ("second", _ALL)]


def _by_a_write(calls: list[Call], cut: int) -> bool:
    return any(call.operation not in READS for call in calls[max(cut - 1, 0) : cut + 1])


def between(world: World, number: int, first: Act, second: Act) -> None:
    """Let `second` happen whole, in another process, right before the first act's `number`-th call."""

    def intrude(call: Call) -> None:
        if len(world.plane.calls) == number:
            with world.plane.aside():
                second(world)

    world.plane.before_call = intrude
    with world.plane.armed():
        first(world)
    world.plane.before_call = lambda call: None


@dataclass(frozen=True, slots=True)
class Race:
    """Two acts after a preparation; `whole`: the second falls between two calls of the first, undivided."""

    name: str
    prepare: Act
    first: Act
    second: Act
    whole: bool = True
    to_the_end: bool = True

    def __str__(self) -> str:
        return self.name

    def run(self, world: World, aftermaths: Aftermaths) -> Iterator[str]:
        """Yield every violation of every order."""
        world.restore()
        self.prepare(world)
        before = world.snapshot()
        firsts = calls_of(world, self.first)
        world.restore(before)
        seconds = calls_of(world, self.second)[:1] if self.whole else calls_of(world, self.second)
        orders = plans(firsts, seconds)
        for order in orders:
            world.restore(before)
            if self.whole:
                between(world, order[0][1] + 1, self.first, self.second)
            else:
                together(world, self.first, self.second, order)
            after = aftermaths.of(world, to_the_end=self.to_the_end)
            found = after.broken + [f"UNKNOWN without a fault: {each}" for each in after.unknown]
            yield from (f"{self}, {order[0][1]} then {order[1][1]}: {each}" for each in found)


def _second_sender(world: World) -> None:
    """The same task once more, as a retry whose first run is still alive."""
    [one] = world.machine.of("case")
    token = one.token or f"token-{world.machine.issued + 1}"
    message = {"case_id": one.case_id, "stage": one.state, "token": token, "entered": world.now().isoformat()}
    assert world.batch("send_notice", [json.dumps(message)]) == []


def _with_event(prepare: Act, name: str) -> Act:
    def prepared(world: World) -> None:
        prepare(world)
        assert world.post(name) == 202

    return prepared


def _second_event(world: World) -> None:
    assert world.post() == 202
    first, world.state.queue = world.state.queue, []
    assert world.post("overdue", id="evt-overdue-0002", time="2026-11-21T01:30:00Z") == 202
    world.state.queue = [*first, *world.state.queue]


def _consume_one(world: World) -> None:
    body = world.state.queue.pop(0)
    world.state.queue = world.batch("take_loan_event", [body]) + world.state.queue


def _at_last_window(world: World) -> None:
    scenarios.last_window_over(world)
    world.fill_form()


def _at_reminder(world: World) -> None:
    scenarios.timer_due(scenarios.noticed)(world)
    world.fill_form()


def _run(world: World) -> None:
    world.run()


def _consume(world: World) -> None:
    world.consume()


def _press_send(world: World) -> None:
    world.press_send()


def _answer(world: World) -> None:
    world.press_send()
    world.run()


def _two_loans(world: World) -> None:
    """Two loans of one person, opened in the same moment, their first notices in the senders' queue."""
    scenarios.opened(world)
    world.state.lag = timedelta(days=7)  # caps hold the one loan's notices back for the other's
    assert world.post("overdue", id="evt-overdue-0009", subject="LN-2026-000009") == 202
    world.consume()
    while world.machine.step():
        pass
    assert len(world.state.notices) == 2


def _send_one(world: World) -> None:
    body = world.state.notices.pop(0)
    world.state.notices += world.batch("send_notice", [body])


def _receipt(world: World) -> None:
    world.give_receipt(world.providers.outbox[0])


RACES = (
    Race("two loans of one person", _two_loans, _send_one, _send_one),
    Race("fallback x receipt", scenarios.patience_over, _run, _receipt),
    Race("two senders", scenarios.opened, _run, _second_sender, whole=False),
    Race("two senders, failover", two_providers(refuse="SMS"), _run, _second_sender, whole=False),
    Race("sender x settlement", _with_event(scenarios.opened, "settled"), _run, _consume, whole=False),
    Race("sender x part payment", _with_event(scenarios.opened, "payment"), _run, _consume),
    Race("sender x feedback", _at_reminder, _run, _press_send, whole=False),
    Race("sender x opt-out", _at_reminder, _run, lambda world: world.stop_channel("SMS")),
    Race("sender x sweeper", scenarios.opened, _run, lambda world: world.sweep()),
    Race("closing x feedback", _at_last_window, _run, _press_send),
    Race("answer x settlement", _with_event(scenarios.form_filled, "settled"), _answer, _consume),
    Race("settlement x answer", _with_event(scenarios.form_filled, "settled"), _consume, _answer),
    Race("two events, one loan", _second_event, _consume_one, _consume_one),
    Race(
        "two sweepers",
        scenarios.execution_lost(scenarios.noticed, days=3, minutes=10),
        lambda world: world.sweep(),
        lambda world: world.sweep(),
    ),
)
