"""Whole lives at random: whatever anybody does in whatever order, the invariants hold after every act."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.world import World
from tests.life.life import Life

# Tasks that count nothing: the metrics library warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

_SLOW = list(HealthCheck)
SHORT = settings(
    max_examples=16,
    stateful_step_count=16,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=_SLOW,
)
DEEP = settings(max_examples=1500, stateful_step_count=60, deadline=None, suppress_health_check=_SLOW)
"""`ACCORD_DEEP=1`: an hour or so, other lives each time."""


def test_no_life_breaks_an_invariant(world: World) -> None:
    Life.world = world
    Life.kept = {}
    run_state_machine_as_test(Life, settings=DEEP if os.environ.get("ACCORD_DEEP") else SHORT)
