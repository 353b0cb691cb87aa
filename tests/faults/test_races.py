"""Concurrent handlers: every interleaving ends as if one had come after the other."""

from __future__ import annotations

import pytest

from tests.faults.mediation_races import MEDIATION_RACES
from tests.faults.races import RACES, Race
from tests.faults.sweep import Aftermaths
from tests.faults.world import World

# Tasks that count nothing: the metrics library warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture(scope="module")
def aftermaths() -> Aftermaths:
    return Aftermaths()


@pytest.mark.parametrize("race", [*RACES, *MEDIATION_RACES], ids=str)
def test_no_order_breaks_an_invariant(world: World, race: Race, aftermaths: Aftermaths) -> None:
    found = list(race.run(world, aftermaths))
    assert not found, f"{len(found)} broken:\n  " + "\n  ".join(found[:12])
