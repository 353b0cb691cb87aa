"""Each guard taken out of the product must turn the sweep red: what cannot fail proves nothing."""

from __future__ import annotations

import pytest

from tests.faults.borrower_scenes import BORROWER_SCENES
from tests.faults.mediation_races import MEDIATION_RACES
from tests.faults.mediation_scenes import MEDIATION_SCENES
from tests.faults.plants import PLANTS, Plant
from tests.faults.provider_scenes import PROVIDER_SCENES
from tests.faults.races import RACES
from tests.faults.scenarios import SCENARIOS
from tests.faults.sweep import Aftermaths, Sweep
from tests.faults.world import World

# Tasks that count nothing: the metrics library warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_a_planted_bug_is_seen(world: World, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.put(monkeypatch)
    world.forget_clients()
    try:
        assert any(_first_violation(world, scene, plant.at) for scene in plant.scenes)
    finally:
        world.forget_clients()


def _first_violation(world: World, name: str, at: tuple[str, ...]) -> str | None:
    for race in (*RACES, *MEDIATION_RACES):
        if race.name == name:
            return next(race.run(world, Aftermaths()), None)
    [scenario] = [
        scenario
        for scenario in (*SCENARIOS, *PROVIDER_SCENES, *BORROWER_SCENES, *MEDIATION_SCENES)
        if scenario.name == name
    ]
    return next(Sweep(world, scenario).run(at), None)
