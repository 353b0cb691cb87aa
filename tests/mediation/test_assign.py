"""Assignment: by itself once accepted, anew after an objection, by hand with a reason; never past a bar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind, Stage
from chalicelib.domain.errors import NotFound, NotNow, Taken
from chalicelib.forms.journey import Submission
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.assign import Objection, Reassign, may_object
from chalicelib.mediation.schedule import Schedule, open_times
from chalicelib.store import directory, meetings
from tests.domain.test_directory import LI
from tests.mediation.test_road import OFFER, THU, WED
from tests.samples import CASE_ID
from tests.scene import Scene

VALID = tuple(replace(record, valid_until=date(2027, 11, 24)) for record in LI.records)
LI_JING = replace(LI, records=VALID)
WANG = replace(LI_JING, id="wang", capacity=5)


def _objection(mediator: str) -> Objection:
    return Objection(Party.BORROWER, "borrower", mediator, "认识对方")


@pytest.fixture
def accepted(scene: Scene) -> Scene:
    scene.accept()
    now = scene.road.clock.now
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "apply", "M-1", {"mode": "TELEPHONE"}, now))
    Accept(scene.wiring.timers)(CASE_ID, "staff-1", now)
    return scene


@pytest.fixture
def assigned(accepted: Scene) -> Scene:
    directory.put(LI_JING)
    directory.put(WANG)
    accepted.wiring.steer(CASE_ID, {})
    return accepted


def test_an_entry_comes_back_as_it_was_put(scene: Scene) -> None:
    person = replace(LI_JING, away=((date(2026, 12, 1), date(2026, 12, 2)),), retired_on=date(2030, 1, 1))
    directory.put(person)
    assert directory.get("li") == person
    with pytest.raises(NotFound):
        directory.get("nobody")


def test_an_accepted_case_gets_its_mediator_by_itself_with_the_reasons(assigned: Scene) -> None:
    assert (assigned.case.status, assigned.case.mediator) == (CaseStatus.ASSIGNED, "li")
    (fact,) = assigned.facts(FactKind.ASSIGNED)
    assert fact.detail["by"] == "AUTOMATIC"
    assert "SPEAKS:zh-CN" in fact.detail["reasons"]
    assert fact.detail["passed"] == {"wang": ["FITS_LESS"]}
    assert directory.load_of("li") == 1


def test_where_nobody_fits_the_case_waits_and_its_timer_rings(accepted: Scene) -> None:
    assert accepted.wiring.steer(CASE_ID, {})["stage"] == Stage.ASSIGNMENT.value
    accepted.road.clock.advance(days=2)
    accepted.wiring.steer(CASE_ID, {})
    assert [fact.which[0] for fact in accepted.facts(FactKind.DUE)] == ["ASSIGNMENT_LATE"]


def test_invariant_14_a_lapsed_mediator_is_not_assigned(accepted: Scene) -> None:
    directory.put(LI)  # valid to 2026-11-24
    accepted.road.clock.advance(days=2)
    accepted.wiring.steer(CASE_ID, {})
    assert accepted.case.mediator is None
    with pytest.raises(NotNow, match="LAPSED:TRAINING"):
        Reassign(accepted.wiring.timers).override(CASE_ID, "li", "boss", "因为", accepted.road.clock.now)


def test_an_objection_brings_another_and_calls_the_meeting_off(assigned: Scene) -> None:
    now, schedule = assigned.road.clock.now, Schedule(assigned.wiring.timers)
    schedule.offer(CASE_ID, OFFER, "li", now)
    schedule.book(CASE_ID, WED, now)
    assert Reassign(assigned.wiring.timers).object_to(CASE_ID, _objection("li"), now)
    assert (assigned.case.status, assigned.case.mediator) == (CaseStatus.ASSIGNED, "wang")
    found = meetings.get(CASE_ID)
    assert found is not None
    assert found.cancelled
    told = [name for name in assigned.machine.statuses if name.startswith(f"{CASE_ID}-meeting_cancelled-1")]
    assert len(told) == 1


def test_an_objection_said_again_changes_nothing(assigned: Scene) -> None:
    again, now = Reassign(assigned.wiring.timers), assigned.road.clock.now
    for _ in range(2):
        assert again.object_to(CASE_ID, _objection("li"), now)
    assert assigned.case.mediator == "wang"
    assert len(assigned.facts(FactKind.OBJECTION)) == 1
    with pytest.raises(NotNow, match="zhao does not mediate"):
        again.object_to(CASE_ID, _objection("zhao"), now)


def test_times_of_a_mediator_who_was_replaced_are_not_offered_any_more(assigned: Scene) -> None:
    now, schedule = assigned.road.clock.now, Schedule(assigned.wiring.timers)
    schedule.offer(CASE_ID, OFFER, "li", now)
    assert open_times(assigned.case, now) == [WED, THU]
    Reassign(assigned.wiring.timers).object_to(CASE_ID, _objection("li"), now)
    assert open_times(assigned.case, now) == []
    with pytest.raises(Taken):
        schedule.book(CASE_ID, WED, now)


def test_invariant_19_an_objection_takes_nothing_from_who_objects(assigned: Scene) -> None:
    before = assigned.case
    Reassign(assigned.wiring.timers).object_to(CASE_ID, _objection("li"), assigned.road.clock.now)
    after = assigned.case
    assert replace(after, mediator=before.mediator, worklist=before.worklist, due_at=before.due_at) == before
    assert after.limit_at == before.limit_at


def test_a_side_objects_twice_at_most_and_to_nobody_only_once_more(assigned: Scene) -> None:
    again, now = Reassign(assigned.wiring.timers), assigned.road.clock.now
    directory.put(replace(WANG, id="zhao"))
    for mediator in ("li", "wang"):
        assert may_object(assigned.case, Party.BORROWER)
        again.object_to(CASE_ID, _objection(mediator), now)
        now += timedelta(minutes=1)
    assert assigned.case.mediator == "zhao"
    assert not may_object(assigned.case, Party.BORROWER)
    assert may_object(assigned.case, Party.CREDITOR)
    with pytest.raises(NotNow, match="may object to 2"):
        again.object_to(CASE_ID, _objection("zhao"), now)
    assert not again.object_to(CASE_ID, Objection(Party.CREDITOR, "bank-1", "zhao", "有往来"), now)
    assert assigned.case.status == CaseStatus.ACCEPTED


def test_a_person_may_choose_somebody_who_fits_less_with_a_reason(assigned: Scene) -> None:
    again, now = Reassign(assigned.wiring.timers), assigned.road.clock.now
    directory.put(replace(WANG, languages=("en",)))
    assert again.override(CASE_ID, "wang", "boss", "有翻译", now)
    assert not again.override(CASE_ID, "wang", "boss", "有翻译", now)
    assert assigned.case.mediator == "wang"
    assert assigned.facts(FactKind.ASSIGNED)[-1].detail["reasons"] == ["有翻译"]


def test_nobody_is_chosen_past_a_conflict(assigned: Scene) -> None:
    directory.put(replace(WANG, conflicts=("demo-bank",)))
    with pytest.raises(NotNow, match="CONFLICT"):
        Reassign(assigned.wiring.timers).override(CASE_ID, "wang", "boss", "认识", assigned.road.clock.now)
