"""Killed at any moment, the runner starts again, finishes its cases and sends nothing twice."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.local.running import Running

pytestmark = pytest.mark.xdist_group("local-kill")


def move(running: Running) -> None:
    """Move the clock day by day until the runner is gone."""
    with suppress(OSError):
        for _ in range(5):
            running.post("/_local/clock", {"advance": "P1D"})


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A fresh runner, gone at the end whatever happened."""
    started = Running(tmp_path).start("--fresh")
    yield started
    if started.process:
        started.stop(signal.SIGKILL)


def test_no_kill_sends_anything_twice(running: Running) -> None:
    moments, before = random.Random(20261123), ""  # noqa: S311 - a seed makes a failure happen again
    for _ in range(4):
        mover = threading.Thread(target=move, args=(running,))
        mover.start()
        time.sleep(moments.random() * 1.2)
        running.stop(signal.SIGKILL)
        mover.join()
        running.start()
        assert "starting empty" not in running.printed
        now = running.get("/_local/clock").json()["now"]
        assert now > before
        before = now
    running.post("/_local/clock", {"advance": "P60D"})
    outcomes = Counter(each["outcome"] for each in running.cases().values())
    # One of the seeded applied and waits for a person (invariant 23), one keeps to a plan of a year.
    assert outcomes == {"NO_RESPONSE": 5, None: 2}
    notices = [each["notice_id"] or each["text"] for each in running.outbox()]  # a stranger's has no notice
    assert len(notices) == len(set(notices))
    assert running.stop() == 0
