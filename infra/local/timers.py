"""Fires the waits whose time has come, in due order, through the real state machine."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.local import inside
from infra.local.clients import client
from infra.local.clock import MovableClock
from infra.local.table import Table, Wait

_log = logging.getLogger(__name__)
_TICK_SECONDS = 0.5
_SETTLE_SECONDS = 20.0
_CALM_LOOKS = 3  # in a row: between two steps of an execution nothing may seem to happen
_MOST_TIMERS = 2_000  # per jump: a guard against a machine that sets a due timer again and again
_SWEEP_EVERY = timedelta(minutes=15)
_TOGETHER = timedelta(minutes=1)  # loans posted one after another have timers seconds apart


class NoTimer(Exception):
    """Nothing waits; there is no next timer to go to."""


class Timers:
    """Moves the clock and does what the engine does not: end a wait when its time is over.

    The engine ignores TimeoutSecondsPath on callbacks. AWS fails the task with States.Timeout at that moment;
    so does this, with the token the task stored, and the machine's own Catch takes it from there. Messages
    that a queue holds back (sent with a delay, or to come again after a failure) follow the clock as well.
    """

    def __init__(
        self,
        clock: MovableClock,
        table: Table,
        activity: Callable[[], int],
        is_quiet: Callable[[], bool],
        sweep: Callable[[bool], None],
    ) -> None:
        self._clock, self._table = clock, table
        self._activity, self._is_quiet, self._sweep = activity, is_quiet, sweep
        self._states: Any = client("stepfunctions")
        self._lock, self._over = threading.RLock(), threading.Event()
        self._seen: tuple[int, list[Wait]] = (-1, [])

    def start(self) -> None:
        """Let timers fire as the running clock reaches them."""
        threading.Thread(target=self._tick, name="timers", daemon=True).start()

    def stop(self) -> None:
        """Fire nothing more; a jump that is under way finishes first."""
        self._over.set()
        with self._lock:
            pass

    def next_timers(self) -> list[Wait]:
        """Return the live wait of which something can come next, and those within a minute of it."""
        live = [wait for wait in self._live() if not wait.idle]
        return [wait for wait in live if wait.deadline <= live[0].deadline + _TOGETHER]

    def advance(self, to: datetime) -> datetime:
        """Move the clock to `to`; answers when all that fell due has run and settled. Returns the time."""
        with self._lock:
            return self._jump(to)

    def advance_to_next(self) -> datetime:
        """Move the clock past `next_timers` and let each run at its time; raises NoTimer when nothing waits.

        A timer is any moment at which something may leave or end: a reminder, the hours that open, and also
        the end of the patience for a receipt when there is another channel to try.
        """
        with self._lock:
            self.settle()
            due = self.next_timers()
            if not due:
                raise NoTimer
            return self._jump(due[-1].deadline)

    def sweep(self, *, every: bool = False) -> None:
        """Let the product's sweeper look for what got lost (in `every` open case), and wait for it."""
        with self._lock:
            self._sweep(every)
            self.settle()

    def resume(self) -> None:
        """Let the sweeper restart every case whose execution a stop has killed.

        The clock stands meanwhile: each waits out what is left of its time, and none may pass.
        """
        with self._lock:
            self._clock.stand_at(self._clock())
            try:
                self.sweep(every=True)
            finally:
                self._clock.run_on()

    def settle(self, seconds: float = _SETTLE_SECONDS) -> bool:
        """Wait until nothing moves, at most `seconds`; say whether it came to rest."""
        deadline, calm = time.monotonic() + seconds, 0
        while time.monotonic() < deadline:
            before = self._activity()
            calm = calm + 1 if self._is_quiet() and self._activity() == before else 0
            if calm >= _CALM_LOOKS:
                return True
            time.sleep(0.02)
        _log.warning("the product did not come to rest in time")
        return False

    def _jump(self, to: datetime) -> datetime:
        start = self._clock.stand_at(self._clock())
        to = max(to, start)
        self.settle()
        try:
            self._fire_until(to)
            self._stand_at(to)
            if _quarter(to) > _quarter(start):
                self.sweep()
                self._fire_until(to)  # what the sweep has set going again may be due as well
        finally:
            self._clock.run_on()
        return self._clock()

    def _fire_until(self, to: datetime) -> None:
        for _ in range(_MOST_TIMERS):
            wait = next((wait for wait in self._live() if wait.deadline <= to), None)
            seconds = next((each for each in inside.held_back() if each > 0), None)
            message = None if seconds is None else self._clock() + timedelta(seconds=seconds)
            if message and message <= (wait.deadline if wait else to):
                self._stand_at(message)  # the queue hands it out by itself
            elif wait:
                self._stand_at(wait.deadline)
                self._fire(wait)
            else:
                return
            self.settle()
        _log.error("too many timers in one jump")

    def _stand_at(self, moment: datetime) -> None:
        """Stop the clock at `moment`, and let what queues hold back see the time pass."""
        before = self._clock()
        inside.hasten(self._clock.stand_at(moment) - before)

    def _fire(self, wait: Wait) -> None:
        try:
            self._states.send_task_failure(
                taskToken=wait.token, error="States.Timeout", cause=f"{wait.stage} until {wait.deadline}"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("TaskDoesNotExist", "TaskTimedOut"):
                raise

    def _live(self) -> list[Wait]:
        """Return the waits whose task still waits. The table is read again only after a function has run."""
        done = self._activity()
        if self._seen[0] != done:
            self._seen = (done, self._table.waits())
        tokens = inside.waiting_tokens()
        return [wait for wait in self._seen[1] if wait.token in tokens]

    def _tick(self) -> None:
        while not self._over.wait(_TICK_SECONDS):
            try:
                with self._lock:
                    for wait in self._live():
                        if wait.deadline > self._clock():
                            break
                        self._fire(wait)
                        self.settle()
            except Exception:
                _log.exception("a timer could not be fired; it is tried again")


def _quarter(moment: datetime) -> int:
    """Return the number of the quarter hour a moment lies in; the sweeper's schedule fires as each begins."""
    return int(moment.timestamp() // _SWEEP_EVERY.total_seconds())
