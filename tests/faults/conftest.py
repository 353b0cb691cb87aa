"""One world for all tests of a module; every scenario winds it back."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto import mock_aws

from chalicelib import profiles
from chalicelib.domain.profile import Profile
from tests import lenders_app
from tests.faults import web
from tests.faults.plane import installed
from tests.faults.seal import papers_set_once
from tests.faults.sweep import SUMMARY
from tests.faults.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with mock_aws():
        made = World()
        lines = web.on(made.plane, lambda: made.state.chance)
        with installed(made.plane), lines, _profiles_of(made), papers_set_once(), _seldom_collected():
            yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash.get(SUMMARY, []):
        terminalreporter.write_line(line)


@contextmanager
def _profiles_of(world: World) -> Iterator[None]:
    """Let cases follow the profile that uses the lender's app in the scenes that want it."""
    shipped = profiles.versions

    def versions(jurisdiction: str) -> tuple[Profile, ...]:
        return (lenders_app.versions if world.state.apps else shipped)(jurisdiction)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "versions", versions)
        yield


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
