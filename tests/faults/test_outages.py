"""A service stays away longer than every retry: when it is back, nothing was lost and nothing comes twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.faults.invariants import STEPS
from tests.faults.plane import Call
from tests.faults.scenarios import Act, noticed, opened, reminded, timer_due
from tests.faults.sweep import Aftermaths
from tests.faults.world import World

# Tasks that count nothing: the metrics library warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

STAGES: dict[str, Act] = {
    "first notice": opened,
    "first reminder": timer_due(noticed),
    "second reminder": timer_due(reminded),
}


@pytest.fixture(scope="module")
def aftermaths() -> Aftermaths:
    return Aftermaths()


def _from(world: World, moment: str, services: set[str]) -> Callable[[Call], None]:
    """Take services down just before the first call of a name."""

    def break_down(call: Call) -> None:
        if call.name == moment:
            world.plane.down |= services

    return break_down


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("moment", "services"),
    [
        ("GetItem CASE", {"dynamodb"}),
        ("BatchWriteItem LINK+WAIT", {"dynamodb"}),
        ("TransactWriteItems claim", {"dynamodb"}),
        ("SendTextMessage", {"pinpoint-sms-voice-v2"}),
        ("SendTextMessage", {"pinpoint-sms-voice-v2", "sesv2"}),
        ("PutItem SENT", {"dynamodb"}),
        ("GetItem CASE", {"dynamodb", "sfn", "sesv2", "pinpoint-sms-voice-v2"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(sorted(value)),
)
def test_an_outage_loses_no_notice(
    world: World, aftermaths: Aftermaths, stage: str, moment: str, services: set[str]
) -> None:
    world.restore()
    STAGES[stage](world)
    world.machine.patience = 1.0
    world.state.lag = timedelta(days=1)
    world.plane.before_call = _from(world, moment, services)
    with world.plane.armed():
        world.run()
    world.plane.before_call = lambda call: None
    if not any(one.status == "FAILED" for one in world.machine.executions.values()):
        world.sweep()  # it was not the execution that broke
    world.plane.down.clear()
    after = aftermaths.of(world)
    assert not after.broken, world.histories()
    assert not after.unknown or moment == "PutItem SENT"


@pytest.mark.parametrize("receipts", [True, False], ids=["receipts", "no receipts"])
def test_a_case_whose_sends_left_no_record_closes_with_a_true_reason(
    world: World, aftermaths: Aftermaths, receipts: bool
) -> None:
    world.restore()
    opened(world)
    world.early_receipts = receipts

    def die(call: Call) -> None:
        if call.name == "PutItem SENT":
            world.plane.kill()

    world.plane.before_call = die
    with world.plane.armed():
        world.run()
        while world.machine.next_timer() and not _all_sent(world):
            world.to_timer()
    world.plane.before_call = lambda call: None
    assert not aftermaths.of(world).broken


def _all_sent(world: World) -> bool:
    return len(world.providers.outbox) == sum(len(channels) for _, channels in STEPS.values())
