"""The directory by the staff's acts: entered, proved, amended, away, gone; and what assessments rest on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.directory import Proof, Record, unfit
from chalicelib.domain.errors import NotFound, NotInRole, NotNow
from chalicelib.forms.fields import Value
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.staff.acts import ACTS, Result
from chalicelib.staff.assessment import assess
from chalicelib.staff.directory_acts import DIRECTORY_ACTS
from chalicelib.store import bookings, cases, directory, facts
from chalicelib.store.facts import Fact
from tests.complaints.desk import Desk
from tests.mediation.test_assign import LI_JING
from tests.samples import CASE_ID, NOON
from tests.scene import Scene
from tests.staff.office import ANNA, AUDITOR, BANK, BOSS, CLERK, MEDIATOR, do

TODAY = NOON.date()
NEW: dict[str, Value] = {
    "id": "m-7",
    "profession": "MEDIATOR",
    **{f"{name}_zh-CN": "陈敏" for name in ("name", "organisation", "qualifications")},
    **{f"{name}_en": "Chen Min" for name in ("name", "organisation", "qualifications")},
    "languages": ["zh-CN"],
    "modes": ["TELEPHONE"],
}


@pytest.fixture
def office(scene: Scene) -> Scene:
    directory.put(replace(LI_JING, id="m-1"))
    return scene


@pytest.mark.parametrize("actor", [MEDIATOR, BANK, ANNA, AUDITOR], ids=lambda one: one.name)
@pytest.mark.parametrize("name", [one.name for one in DIRECTORY_ACTS])
def test_nobody_else_changes_the_directory(office: Scene, actor: object, name: str) -> None:
    before = office.rows()
    with pytest.raises(NotInRole):
        do(office, actor, name, "new" if name == "enter_person" else "m-1")  # type: ignore[arg-type]
    assert office.rows() == before


def test_somebody_is_entered_once_and_acts_only_once_he_has_proved_it(office: Scene) -> None:
    assert do(office, CLERK, "enter_person", "new", **NEW) == Result.DONE
    assert do(office, CLERK, "enter_person", "new", **NEW) == Result.DONE_BEFORE
    with pytest.raises(NotNow, match="another id"):
        do(office, CLERK, "enter_person", "new", **NEW | {"name_en": "Somebody Else"})
    assert unfit(directory.get("m-7"), TODAY) == ["UNPROVED:TRAINING", "UNPROVED:ASSESSMENT"]
    for proof in Proof:
        held: dict[str, Value] = {"proof": proof.value, "what": "Basics", "passed_on": "2026-11-01"}
        assert do(office, CLERK, "prove", "m-7", **held, valid_until="2027-11-01") == Result.DONE
        assert do(office, CLERK, "prove", "m-7", **held, valid_until="2027-11-01") == Result.DONE_BEFORE
    assert unfit(directory.get("m-7"), TODAY) == []
    assert unfit(directory.get("m-7"), date(2027, 11, 2)) != []
    with pytest.raises(NotNow, match="lapses before"):
        do(office, CLERK, "prove", "m-7", **held, valid_until="2026-10-01")
    with pytest.raises(NotFound):
        do(office, CLERK, "prove", "nobody", **held, valid_until="2027-11-01")


def test_who_left_acts_no_more(office: Scene) -> None:
    assert do(office, BOSS, "lapse", "m-1", day="2026-11-23") == Result.DONE
    assert do(office, BOSS, "lapse", "m-1", day="2026-11-23") == Result.DONE_BEFORE
    assert unfit(directory.get("m-1"), TODAY) == ["RETIRED:2026-11-23"]


def test_what_somebody_takes_on_is_amended_and_the_rest_stays(office: Scene) -> None:
    before = directory.get("m-1")
    given: dict[str, Value] = {"capacity": "5", "specialities": ["ILLNESS"]}
    assert do(office, CLERK, "amend_person", "m-1", **given) == Result.DONE
    assert do(office, CLERK, "amend_person", "m-1", **given) == Result.DONE_BEFORE
    assert directory.get("m-1") == replace(before, capacity=5, specialities=("ILLNESS",))


def test_an_absence_is_entered_and_taken_back_and_nobody_is_assigned_meanwhile(office: Scene) -> None:
    span: dict[str, Value] = {"first_day": "2026-11-20", "last_day": "2026-11-30"}
    assert do(office, CLERK, "away", "m-1", **span) == Result.DONE
    assert do(office, CLERK, "away", "m-1", **span) == Result.DONE_BEFORE
    with pytest.raises(NotNow, match="before the first"):
        do(office, CLERK, "away", "m-1", first_day="2026-12-02", last_day="2026-12-01")
    _apply(office)
    do(office, CLERK, "accept")
    with pytest.raises(NotNow, match="nobody fits"):
        do(office, CLERK, "assign")
    (period,) = ACTS["back"].offered("m-1", NOON, "en")["period"]
    assert ACTS["back"].offered("m-1", NOON + timedelta(days=30), "en") == {"period": {}}
    assert do(office, CLERK, "back", "m-1", period=period) == Result.DONE
    assert do(office, CLERK, "back", "m-1", period=period) == Result.DONE_BEFORE
    assert do(office, CLERK, "assign") == Result.DONE


def test_invariant_14_whoever_has_a_conflict_gets_none_of_that_lenders_cases(office: Scene) -> None:
    with pytest.raises(NotFound):
        do(office, CLERK, "declare_conflict", "m-1", lender="no-such-bank")
    assert do(office, CLERK, "declare_conflict", "m-1", lender="demo-bank") == Result.DONE
    assert do(office, CLERK, "declare_conflict", "m-1", lender="demo-bank") == Result.DONE_BEFORE
    _apply(office)
    do(office, CLERK, "accept")
    with pytest.raises(NotNow, match="nobody fits"):
        do(office, CLERK, "assign")
    with pytest.raises(NotNow, match="CONFLICT"):
        do(office, BOSS, "override", mediator="m-1", reason="He is the best.")


def _apply(scene: Scene) -> None:
    scene.accept()
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "", "W-a", {"mode": "TELEPHONE"}, NOON))


def test_an_assessment_shows_a_year_of_cases_scores_complaints_and_trainings(
    office: Scene, calls: Counter[str]
) -> None:
    made = Desk(office)
    _met(made)
    about_him = made.complain(category="MEDIATION_CONDUCT")
    trained = Record(Proof.TRAINING, "Refresher", TODAY - timedelta(days=5), TODAY + timedelta(days=300))
    directory.put(replace(directory.get("m-1"), records=(*LI_JING.records, trained)))
    calls.clear()
    found = assess(BOSS, "m-1", made.now)
    assert (found.cases, found.closed, dict(found.outcomes)) == (1, 1, {"NOT_AGREED": 1})
    assert (found.answers, dict(found.satisfaction)) == (2, {"clear": 450, "fair": 300, "trust": 300})
    assert (found.complaints, found.complaints_right) == (1, 0)
    assert trained in found.trainings
    assert (found.unfit, found.cut) == ((), False)
    assert calls["Query"] <= 5
    do(office, ANNA, "take_up", about_him)
    do(office, ANNA, "decide", about_him, outcome="UPHELD", reasons="It was so.", redress="An apology.")
    assert assess(BOSS, "m-1", made.now).complaints_right == 1
    later = assess(BOSS, "m-1", made.now + timedelta(days=400))
    assert (later.cases, later.answers) == (0, 0)
    assert later.unfit
    assert "I was not heard" not in str(found)


def test_an_assessment_is_for_those_who_keep_the_directory(office: Scene) -> None:
    for actor in (MEDIATOR, BANK, ANNA, AUDITOR):
        with pytest.raises(NotInRole):
            assess(actor, "m-1", NOON)
    with pytest.raises(NotFound):
        assess(CLERK, "nobody", NOON)


def _met(made: Desk) -> None:
    """Let the mediator meet in the case, the borrower say what he thinks of it, and the case close."""
    now = made.now
    case = standing.at(replace(made.case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    fact = Fact(CASE_ID, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"})
    booked = bookings.row_of("m-1", now - timedelta(days=2), CASE_ID)
    standing.move(made.case, case, fact, beside=[booked])
    for step, clear in (("MEETING", "5"), ("AGREEMENT", "4"), ("FEEDBACK", "1")):
        detail = {"clear": clear, "fair": "3", "trust": "3", "comment": "I was not heard"}
        facts.append(Fact(CASE_ID, FactKind.SURVEY, now, (step,), detail))
    cases.close(CASE_ID, Outcome.NOT_AGREED, "no way", now)
