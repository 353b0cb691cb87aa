"""The movable clock never runs backwards, not even over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.clock import MovableClock

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Real:
    """A machine's clock in a test's hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def real() -> Real:
    return Real()


def test_runs_with_the_machine(tmp_path: Path, real: Real) -> None:
    clock = MovableClock(tmp_path / "clock.json", real)
    real.now += timedelta(minutes=5)
    assert clock() == START + timedelta(minutes=5)


def test_stands_still_then_runs_on_from_there(tmp_path: Path, real: Real) -> None:
    clock = MovableClock(tmp_path / "clock.json", real)
    clock.stand_at(START + timedelta(days=3))
    real.now += timedelta(seconds=30)
    assert clock() == START + timedelta(days=3)
    clock.run_on()
    real.now += timedelta(seconds=30)
    assert clock() == START + timedelta(days=3, seconds=30)


def test_does_not_go_back(tmp_path: Path, real: Real) -> None:
    clock = MovableClock(tmp_path / "clock.json", real)
    clock.stand_at(START + timedelta(days=1))
    assert clock.stand_at(START) == START + timedelta(days=1)
    clock.run_on()
    real.now -= timedelta(hours=2)  # the machine's own clock is set back
    assert clock() == START + timedelta(days=1)


def test_survives_a_restart(tmp_path: Path, real: Real) -> None:
    first = MovableClock(tmp_path / "clock.json", real)
    first.stand_at(START + timedelta(days=7))
    first.run_on()
    real.now += timedelta(minutes=1)
    assert MovableClock(tmp_path / "clock.json", real)() == START + timedelta(days=7, minutes=1)


def test_a_kill_while_it_stands_loses_nothing(tmp_path: Path, real: Real) -> None:
    MovableClock(tmp_path / "clock.json", real).stand_at(START + timedelta(days=7))
    assert MovableClock(tmp_path / "clock.json", real)() >= START + timedelta(days=7)


def test_a_broken_file_means_real_time(tmp_path: Path, real: Real) -> None:
    (tmp_path / "clock.json").write_text('{"ahead_sec')
    assert MovableClock(tmp_path / "clock.json", real)() == START
