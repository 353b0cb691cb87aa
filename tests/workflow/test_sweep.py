"""The sweeper: whatever a crash or a lost signal left behind is mended, and nothing else touched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib import profiles
from chalicelib.channels import Unsure
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.store import cases, facts, waits
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow
from chalicelib.store.waits import Wait
from chalicelib.workflow import sweep as sweeping
from tests.answered import answer
from tests.road import NOON
from tests.samples import CASE_ID, KEY
from tests.scene import Scene

NAME = str(CASE_ID)
DELIVERY = f"{NAME}-first_notice"


@pytest.fixture(autouse=True)
def _opened(scene: Scene, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the example's case; only the test of old cases looks back as far as production does."""
    scene.accept()
    if "old" not in request.node.name:
        monkeypatch.setattr(sweeping, "_DAYS", 12)


def _answer() -> None:
    answer(CASE_ID, CaseStatus.FEEDBACK, Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",)))


def _close() -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)


def _in_index() -> list[str]:
    return list(cases.opened_on("demo-bank", NOON))


def test_a_healthy_case_is_left_alone(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    rows = scene.rows()
    for hours in (0, 1, 24):
        scene.road.clock.advance(hours=hours)
        assert scene.wiring.sweep() == 0
    assert (scene.rows(), scene.machine.signals) == (rows, [])
    assert list(scene.machine.statuses) == [NAME, DELIVERY]


def test_an_orphan_gets_its_execution_once_the_consumer_had_its_time(scene: Scene) -> None:
    scene.machine.statuses.clear()
    assert scene.wiring.sweep() == 0
    scene.road.clock.advance(minutes=6)
    assert scene.wiring.sweep() == 1
    assert scene.machine.statuses == {NAME: "RUNNING"}
    assert scene.machine.inputs[NAME]["timers"]["Notify"] == 259_200
    assert scene.wiring.sweep() == 0


@pytest.mark.parametrize("ended", ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"])
def test_an_open_case_whose_execution_ended_gets_another(scene: Scene, ended: str) -> None:
    scene.run(Stage.NOTIFY)
    scene.machine.statuses[NAME] = ended
    scene.road.clock.advance(days=3, minutes=6)
    assert scene.wiring.sweep() == 1
    assert scene.machine.statuses == {NAME: ended, DELIVERY: "RUNNING", f"{NAME}-r1": "RUNNING"}
    assert scene.machine.inputs[f"{NAME}-r1"]["case_id"] == NAME


def test_every_restart_has_a_name_of_its_own(scene: Scene) -> None:
    scene.road.clock.advance(minutes=6)
    for n in range(1, 4):
        scene.machine.statuses.update(dict.fromkeys(scene.machine.statuses, "FAILED"))
        assert scene.wiring.sweep() == 1
        assert f"{NAME}-r{n}" in scene.machine.statuses


def test_a_step_that_waits_but_sent_nothing_is_looked_at(scene: Scene) -> None:
    """The task died between storing the wait and its first claim, and its execution with it."""
    waits.put(Wait(CASE_ID, Stage.NOTIFY, Stage.REMIND, "token-1", NOON + timedelta(days=3)))
    scene.machine.statuses[NAME] = "FAILED"
    scene.road.clock.advance(minutes=6)
    assert scene.wiring.sweep() == 1


def test_on_demand_every_open_case_is_looked_at(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    scene.machine.statuses[NAME] = "ABORTED"
    scene.road.clock.advance(hours=1)
    assert scene.wiring.sweep() == 0
    assert scene.wiring.sweep(every=True) == 1
    assert scene.wiring.sweep(every=True) == 0


def test_an_answered_case_started_anew_keeps_its_limit(scene: Scene) -> None:
    _answer()
    waits.put(Wait(CASE_ID, Stage.ANSWERED, Stage.LIMIT_PASSED, "token-1", NOON + timedelta(days=30)))
    scene.machine.statuses[NAME] = "ABORTED"
    scene.road.clock.advance(days=10)
    assert scene.wiring.sweep(every=True) == 1
    assert scene.machine.inputs[f"{NAME}-r1"]["timers"]["Answered"] == 20 * 86_400


def test_a_claim_whose_sender_is_gone_becomes_unknown_after_the_lease(scene: Scene) -> None:
    scene.sms.answers = [Unsure("ReadTimeoutError")]
    scene.run(Stage.NOTIFY)
    scene.road.clock.advance(seconds=90)
    assert scene.wiring.sweep() == 0
    scene.road.clock.advance(seconds=1)
    assert scene.wiring.sweep() == 1
    assert [fact.which for fact in scene.facts(FactKind.UNKNOWN)] == [("first_notice", "SMS")]
    assert scene.wiring.sweep() == 0
    assert len(scene.sms.sent) == 1, "unknown is never sent again"


@pytest.mark.parametrize("status", ["ACCEPTED", "DELIVERED", "FAILED"])
def test_a_receipt_settles_what_would_be_unknown(scene: Scene, status: str) -> None:
    scene.sms.answers = [Unsure("ReadTimeoutError")]
    scene.run(Stage.NOTIFY)
    which = ("first_notice", "SMS", status, "x")
    facts.append(Fact(CASE_ID, FactKind.RECEIPT, NOON, which, {"provider": "eum"}))
    scene.road.clock.advance(minutes=5)
    assert scene.wiring.sweep() == 0
    assert scene.facts(FactKind.UNKNOWN) == []


def test_a_lost_answer_signal_is_sent_again(scene: Scene) -> None:
    scene.run(Stage.NOTIFY, "token-1")
    _answer()
    assert scene.wiring.sweep() == 1
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]
    assert scene.wiring.sweep() == 0


def test_a_lost_settle_signal_is_sent_again_and_the_case_laid_to_rest(scene: Scene) -> None:
    scene.run(Stage.NOTIFY, "token-1")
    _close()
    scene.road.clock.advance(minutes=5)
    assert scene.wiring.sweep() == 1
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Settled")]
    assert _in_index() == []
    assert scene.wiring.sweep() == 0


def test_a_closed_case_stays_in_sight_while_a_sender_may_be_at_it(scene: Scene) -> None:
    scene.sms.answers = [Unsure("ReadTimeoutError")]
    scene.run(Stage.NOTIFY)
    _close()
    scene.wiring.sweep()
    assert _in_index() == [KEY]
    scene.road.clock.advance(minutes=2)
    scene.wiring.sweep()
    assert [fact.which for fact in scene.facts(FactKind.UNKNOWN)] == [("first_notice", "SMS")]
    assert _in_index() == []


def test_a_closed_case_without_an_execution_is_laid_to_rest(scene: Scene) -> None:
    _close()
    assert scene.wiring.sweep() == 0
    assert _in_index() == []


def test_every_orphan_of_a_run_is_mended(scene: Scene) -> None:
    scene.accept(id="evt-2", subject="LN-2")
    scene.machine.statuses.clear()
    scene.road.clock.advance(minutes=6)
    assert scene.wiring.sweep() == 2
    assert len(scene.machine.statuses) == 2


def test_one_broken_case_does_not_keep_the_others_from_being_mended(scene: Scene) -> None:
    loans = [f"LN-{n}" for n in range(4)]
    for loan in loans:
        scene.accept(id=f"evt-{loan}", subject=loan)
    for loan in loans[2:]:  # the first two in the index
        row = CaseRow(f"LOAN#{loan_key('demo-bank', loan)}", "CASE")
        row.update([CaseRow.profile_version.set("CN@0")])
    scene.machine.statuses.clear()
    scene.road.clock.advance(minutes=6)
    with pytest.raises(InvalidProfile):  # told in the end, so that the function's alarm rings
        scene.wiring.sweep()
    assert len(scene.machine.statuses) == 3


def test_old_cases_are_still_seen(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    scene.machine.statuses[NAME] = "FAILED"
    scene.road.clock.advance(days=89)
    assert scene.wiring.sweep() == 1


def test_the_loans_next_case_is_swept_under_its_own_name(scene: Scene) -> None:
    scene.accept("settled")
    scene.accept(id="evt-2", time="2026-11-23T01:00:00Z")
    scene.machine.statuses.clear()
    scene.road.clock.advance(minutes=6)
    assert scene.wiring.sweep() == 1
    assert list(scene.machine.statuses) == [str(CaseId(KEY, 2))]


def test_an_execution_that_may_not_be_started_anew_any_more_rings(
    scene: Scene, counted: dict[str, int]
) -> None:
    scene.run(Stage.NOTIFY)
    names = (str(CASE_ID), *(f"{CASE_ID}-r{n}" for n in range(1, 10)))
    scene.machine.statuses |= dict.fromkeys(names, "FAILED")
    scene.wiring.sweep(every=True)
    assert counted["RestartsSpent"] == 1
    assert counted["CasesSwept"] == 1, "and no failure of the sweeper itself"


def test_a_sweep_tells_for_how_many_days_holidays_are_known(scene: Scene, counted: dict[str, int]) -> None:
    scene.wiring.sweep()
    known = profiles.of_version("CN", "CN@1").calendar.known_until
    assert counted["CalendarDaysLeft"] == (known - NOON.date()).days
