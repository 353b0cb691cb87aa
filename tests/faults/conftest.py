"""One world for all tests of a module; every scenario winds it back."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto import mock_aws

from tests.faults.plane import installed
from tests.faults.sweep import SUMMARY
from tests.faults.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with mock_aws():
        made = World()
        with installed(made.plane), _seldom_collected():
            yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash.get(SUMMARY, []):
        terminalreporter.write_line(line)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Thousands of short runs beside a large heap: walking it again and again takes a fifth of the time."""
    kept = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    yield
    gc.set_threshold(*kept)
    gc.unfreeze()
