"""Two actors at once: every way in which the calls of one can fall between the calls of the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from tests.faults.plane import Call, Crash
from tests.faults.scenarios import Act
from tests.faults.world import World

_PATIENCE = 30.0
_ALL = 1_000_000


class Baton:
    """Says whose turn it is; `plan` gives each actor in order a number of calls."""

    def __init__(self, plan: list[tuple[str, int]]) -> None:
        self._plan, self._moved, self._gone = list(plan), threading.Condition(), set[str]()

    def before(self, name: str) -> None:
        """Wait until `name` may make its next call."""
        with self._moved:
            if not self._moved.wait_for(lambda: self._is_turn_of(name), _PATIENCE):
                raise TimeoutError(f"{name} waits for ever; {self._plan}")
            who, left = self._plan[0]
            self._plan[0] = who, left - 1

    def _is_turn_of(self, name: str) -> bool:
        while self._plan and (self._plan[0][1] == 0 or self._plan[0][0] in self._gone):
            self._plan.pop(0)
            self._moved.notify_all()
        return bool(self._plan) and self._plan[0][0] == name

    def leave(self, name: str) -> None:
        """`name` makes no more calls."""
        with self._moved:
            self._gone.add(name)
            self._moved.notify_all()


def calls_of(world: World, act: Act) -> int:
    """Return how many calls an act makes alone."""
    with world.plane.armed():
        act(world)
    return len(world.plane.calls)


def together(world: World, first: Act, second: Act, plan: list[tuple[str, int]]) -> None:
    """Run two acts in threads of their own, their calls in the order of `plan` (actors `first`, `second`)."""
    baton = Baton(plan)
    broken: list[BaseException] = []

    def before(call: Call) -> None:
        baton.before(threading.current_thread().name)

    def run(act: Act) -> None:
        try:
            act(world)
        except (Exception, Crash) as error:
            broken.append(error)
        finally:
            baton.leave(threading.current_thread().name)

    world.plane.before_call = before
    threads = [
        threading.Thread(target=run, args=(act,), name=name) for name, act in (("first", first), ("second", second))
    ]
    with world.plane.armed():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    world.plane.before_call = lambda call: None
    if broken:
        raise broken[0]


def plans(first: int, second: int) -> Iterator[list[tuple[str, int]]]:
    """Yield: i calls of the first, j of the second, the rest of the first, the rest of the second."""
    for i in range(first + 1):
        for j in range(1, second + 1):
            yield [("first", i), ("second", j), ("first", _ALL), ("second", _ALL)]


def between(world: World, number: int, first: Act, second: Callable[[], None]) -> None:
    """Let `second` happen whole, in another process, right before the first act's `number`-th call."""

    def intrude(call: Call) -> None:
        if len(world.plane.calls) == number:
            with world.plane.aside():
                second()

    world.plane.before_call = intrude
    with world.plane.armed():
        first(world)
    world.plane.before_call = lambda call: None
