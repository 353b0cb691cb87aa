"""The scenes of further providers show what they are named after: who sends when nothing is made to fail."""

from __future__ import annotations

import pytest

from tests.faults.plane import Fault, Mode
from tests.faults.provider_scenes import PROVIDER_SCENES
from tests.faults.world import World

# Tasks that count nothing: the metrics library warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
_SCENES = {scene.name: scene for scene in PROVIDER_SCENES}


def _played(world: World, name: str, fault: Fault | None = None) -> list[tuple[str, str]]:
    """Return who delivered what over which channel."""
    world.restore()
    _SCENES[name].prepare(world)
    with world.plane.armed(fault):
        _SCENES[name].act(world)
    return [(each.channel, each.provider) for each in world.providers.outbox]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("failover, the first busy", ("SMS", "alibaba")),
        ("failover, the first at fault", ("SMS", "")),
        ("failover, the first at rest", ("SMS", "alibaba")),
        ("failover, the other way", ("SMS", "alibaba")),
        ("failover back, the second busy", ("SMS", "")),
        ("a letter", ("LETTER", "")),
        ("a letter as the last channel", ("LETTER", "")),
        ("in-app", ("IN_APP", "")),
    ],
)
def test_without_a_fault_one_provider_sends_once(world: World, name: str, sent: tuple[str, str]) -> None:
    delivered = _played(world, name)
    assert [each for each in delivered if each[0] == sent[0]] == [sent]


def test_a_provider_at_rest_is_not_even_asked(world: World) -> None:
    _played(world, "failover, the first at rest")
    assert not [call for call in world.plane.calls if call.operation == "SendTextMessage"]


@pytest.mark.parametrize(
    ("mode", "sent"),
    [
        (Mode.CONNECT, ["alibaba"]),
        (Mode.THROTTLE, ["alibaba"]),
        (Mode.READ_TIMEOUT, [""]),
        (Mode.HTTP500_LOST, []),
    ],
)
def test_only_what_surely_did_not_leave_fails_over(world: World, mode: Mode, sent: list[str]) -> None:
    name = "failover, the first at fault"
    _played(world, name)
    number = [call.operation for call in world.plane.calls].index("SendTextMessage") + 1
    delivered = _played(world, name, Fault(number, mode))
    assert [provider for channel, provider in delivered if channel == "SMS"] == sent
