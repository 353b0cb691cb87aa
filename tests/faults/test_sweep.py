"""Every AWS call of the road fails in every way: nothing is sent twice, lost, or left hanging."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.borrower_scenes import BORROWER_SCENES
from tests.faults.mediation_scenes import MEDIATION_SCENES
from tests.faults.provider_scenes import PROVIDER_SCENES
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.sweep import SUMMARY, Aftermaths, Sweep, Tally
from tests.faults.world import World

ALL = (*SCENARIOS, *PROVIDER_SCENES, *BORROWER_SCENES, *MEDIATION_SCENES)

# What may end as UNKNOWN, and only that: the fault hit the send, or fell between the claim and its record.
UNKNOWN_AFTER = {
    "SendTextMessage, crash_before",
    "SendTextMessage, crash_after",
    "SendTextMessage, read_timeout",
    "SendTextMessage, http500",
    "SendTextMessage, http500_lost",
    "SendVoiceMessage, crash_before",
    "SendVoiceMessage, crash_after",
    "SendVoiceMessage, read_timeout",
    "SendVoiceMessage, http500",
    "SendVoiceMessage, http500_lost",
    "SendEmail, crash_before",
    "SendEmail, crash_after",
    "SendEmail, read_timeout",
    "SendEmail, http500",
    "SendEmail, http500_lost",
    "SendSms, crash_before",
    "SendSms, crash_after",
    "SendSms, read_timeout",
    "SendSms, http500",
    "SendSms, http500_lost",
    "PostNotice, crash_before",
    "PostNotice, crash_after",
    "PostNotice, read_timeout",
    "PostNotice, http500",
    "PutObject outbox.pdf, crash_before",
    "PutObject outbox.pdf, crash_after",
    "PutObject outbox.json, crash_before",
    "PutObject outbox.json, crash_after",
    "GetSecretValue, crash_before",  # the app's, read between claim and send
    "TransactWriteItems release, crash_before",
    "TransactWriteItems release, throttle lasting",
    "TransactWriteItems claim, crash_after",
    "TransactWriteItems claim, read_timeout lasting",
    "PutItem SENT, crash_before",
    "PutItem SENT, throttle lasting",
    "PutItem FAILED, crash_before",
    "PutItem FAILED, throttle lasting",
}

# Tasks that count nothing: the metrics library warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture(scope="module")
def total(pytestconfig: pytest.Config) -> Iterator[Tally]:
    tally = Tally()
    yield tally
    line = f"fault sweep: {len(ALL)} scenarios, {tally}"
    pytestconfig.stash.setdefault(SUMMARY, []).append(line)


@pytest.fixture(scope="module")
def aftermaths() -> Aftermaths:
    return Aftermaths()


@pytest.fixture(scope="module")
def failed() -> Counter[tuple[object, ...]]:
    return Counter()


@pytest.mark.parametrize("scenario", ALL, ids=str)
def test_no_fault_breaks_an_invariant(
    world: World,
    scenario: Scenario,
    total: Tally,
    aftermaths: Aftermaths,
    failed: Counter[tuple[object, ...]],
) -> None:
    sweep = Sweep(world, scenario, total, aftermaths, failed)
    found = list(sweep.run())
    assert not found, f"{len(found)} broken:\n  " + "\n  ".join(found[:12])


def test_the_sweep_was_one_and_unknown_came_only_where_physics_allows(total: Tally) -> None:
    if total.runs < 1000:
        pytest.skip("only some scenarios ran")
    assert total.duplicates == 0
    assert set(total.unsure) == UNKNOWN_AFTER
