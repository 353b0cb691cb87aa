"""Each act of the staff: by who may, where it fits, once; and nothing changes for anybody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.actor import Actor
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import AccordError, NotFound, NotInRole, NotNow
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.mediation.accept import Accept
from chalicelib.staff import acts
from chalicelib.staff.act import Act, On
from chalicelib.staff.acts import ACTS, Result
from chalicelib.store import session_notes
from chalicelib.store.case_rows import to_row
from chalicelib.store.facts import Fact
from tests.mediation.test_assign import LI_JING
from tests.samples import CASE_ID
from tests.samples import NOON as NOW
from tests.scene import Scene
from tests.staff.office import ANNA, AUDITOR, BANK, BOSS, CLERK, EVERYBODY, MEDIATOR, OTHER_BANK, STRANGER, do

TIMES = {"time": "2026-12-02 14:00", "time_2": "2026-12-03 14:00", "mode": "TELEPHONE", "dial_in": "400"}
WED = "2026-12-02T06:00:00Z"


@pytest.fixture
def applied(scene: Scene) -> Scene:
    from chalicelib.store import directory

    scene.accept()
    directory.put(replace(LI_JING, id="m-1"))
    sent = Submission("a", "", "W-a", {"mode": "TELEPHONE"}, scene.road.clock.now)
    Apply(scene.wiring.timers)(CASE_ID, sent)
    return scene


@pytest.fixture
def assigned(applied: Scene) -> Scene:
    now = applied.road.clock.now
    Accept(applied.wiring.timers)(CASE_ID, "clerk", now)
    case = standing.at(replace(applied.case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    fact = Fact(CASE_ID, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"})
    standing.move(applied.case, case, fact)
    return applied


@pytest.fixture
def booked(assigned: Scene) -> Scene:
    do(assigned, CLERK, "offer_times", **TIMES)
    do(assigned, CLERK, "book", time=WED)
    return assigned


def _refused(scene: Scene, actor: Actor, name: str, **answers: str) -> None:
    before = scene.rows()
    with pytest.raises((NotInRole, NotFound, NotNow)):
        do(scene, actor, name, **answers)
    assert scene.rows() == before


@pytest.mark.parametrize("act", [one for one in ACTS.values() if one.on == On.CASE], ids=lambda one: one.name)
def test_nobody_without_its_permission_does_it_and_nothing_changes(booked: Scene, act: Act) -> None:
    may = {one.id for one in EVERYBODY if act.name in _names(booked, one, every=True)}
    assert AUDITOR.id not in may
    for actor in EVERYBODY:
        if actor.id not in may:
            _refused(booked, actor, act.name)


def _names(scene: Scene, actor: Actor, *, every: bool = False) -> set[str]:
    from chalicelib.domain.permissions import GRANTS

    if every:
        granted = frozenset().union(*(GRANTS[role] for role in actor.roles))
        own = actor in (STRANGER, OTHER_BANK)
        return {act.name for act in ACTS.values() if act.permission in granted and not own}
    return {act.name for act in acts.open_to(actor, On.CASE, str(CASE_ID))}


def test_a_case_shows_what_each_may_do_where_it_stands(applied: Scene) -> None:
    assert {"accept", "decline"} <= _names(applied, CLERK)
    assert "assign" not in _names(applied, CLERK)
    assert "accept" not in _names(applied, BANK)
    assert "state" in _names(applied, BANK)
    assert _names(applied, AUDITOR) == set()


def test_an_application_is_accepted_once(applied: Scene) -> None:
    assert do(applied, CLERK, "accept") == Result.DONE
    assert do(applied, CLERK, "accept") == Result.DONE_BEFORE
    assert len(applied.facts(FactKind.ACCEPTED)) == 1


def test_an_application_is_declined_with_the_reason(applied: Scene) -> None:
    do(applied, CLERK, "decline", reason="not ours")
    assert applied.case.outcome == Outcome.OUT_OF_SCOPE


def test_an_accepted_case_is_assigned_by_itself_or_by_hand(applied: Scene) -> None:
    do(applied, CLERK, "accept")
    assert do(applied, CLERK, "assign") == Result.DONE
    assert applied.case.mediator == "m-1"
    assert do(applied, CLERK, "assign") == Result.DONE_BEFORE
    assert do(applied, BOSS, "override", mediator="m-1", reason="known") == Result.DONE_BEFORE


def test_the_creditor_objects_to_who_mediates_now_and_to_nobody_after_him(assigned: Scene) -> None:
    """Nobody else fits here: the case waits for one to be assigned, and a second form changes nothing."""
    why = {"object_to": "m-1", "reason": "he worked for us"}
    assert do(assigned, BANK, "object", **why) == Result.DONE
    (fact,) = assigned.facts(FactKind.OBJECTION)
    assert (fact.which[0], fact.detail["mediator"], fact.detail["by"]) == ("CREDITOR", "m-1", "bank")
    assert (assigned.case.status, assigned.case.mediator) == (CaseStatus.ACCEPTED, None)
    assert do(assigned, BANK, "object", **why) == Result.DONE_BEFORE
    assert len(assigned.facts(FactKind.OBJECTION)) == 1
    with pytest.raises(NotInRole):
        do(assigned, CLERK, "object", **why)


def test_the_same_times_are_offered_once(assigned: Scene) -> None:
    assert do(assigned, CLERK, "offer_times", **TIMES) == Result.DONE
    assert do(assigned, CLERK, "offer_times", **TIMES) == Result.DONE_BEFORE
    assert len(assigned.facts(FactKind.SLOTS)) == 1


def test_times_without_a_way_to_take_part_are_refused_in_words(assigned: Scene) -> None:
    with pytest.raises(AccordError):
        do(assigned, CLERK, "offer_times", time="2026-12-02 14:00", mode="TELEPHONE")


def test_a_meeting_is_booked_for_the_borrower_and_called_off(booked: Scene) -> None:
    assert {"open_session", "adjourn"} <= _names(booked, MEDIATOR)
    assert do(booked, CLERK, "call_off", reason="ill") == Result.DONE
    assert do(booked, CLERK, "call_off", reason="ill") == Result.DONE_BEFORE
    assert booked.case.status == CaseStatus.ASSIGNED


def test_a_session_is_its_own_mediators_from_its_start_to_its_end(booked: Scene) -> None:
    _refused(booked, STRANGER, "open_session")
    assert do(booked, MEDIATOR, "open_session") == Result.DONE
    assert do(booked, MEDIATOR, "open_session") == Result.DONE_BEFORE
    assert do(booked, MEDIATOR, "adjourn", reason="papers") == Result.DONE
    assert do(booked, MEDIATOR, "end_mediation", outcome="NOT_AGREED", reason="no way") == Result.DONE
    assert booked.case.outcome == Outcome.NOT_AGREED
    assert do(booked, MEDIATOR, "end_mediation", outcome="NOT_AGREED", reason="no way") == Result.DONE_BEFORE


def test_invariant_24_a_note_is_for_its_mediator_alone_and_on_no_timeline(booked: Scene) -> None:
    before = booked.facts()
    assert do(booked, MEDIATOR, "note", text="He is afraid.") == Result.DONE
    assert do(booked, MEDIATOR, "note", text="He is afraid.") == Result.DONE_BEFORE
    assert [note.text for note in session_notes.of(CASE_ID, "m-1")] == ["He is afraid."]
    assert session_notes.of(CASE_ID, "boss") == []
    assert booked.facts() == before


def test_the_creditor_states_his_case_once_a_form(applied: Scene) -> None:
    assert do(applied, BANK, "state", text="The loan is due.") == Result.DONE
    assert do(applied, BANK, "state", text="The loan is due.") == Result.DONE_BEFORE
    assert [one.which[0] for one in applied.facts(FactKind.STATEMENT)] == [Party.CREDITOR.value]
    with pytest.raises(NotFound):
        do(applied, OTHER_BANK, "state", text="Let me see.")


def test_a_question_is_answered_once(applied: Scene) -> None:
    from chalicelib.borrower import questions

    answers = {"topic": "other", "text": "When?"}
    questions.ask(applied.case, Submission("q", "", "Q-AAAA-BBBB", answers, applied.road.clock.now))
    offered = ACTS["answer_question"].offered(str(CASE_ID), NOW, "en")
    assert list(offered["question"]) == ["Q-AAAA-BBBB"]
    assert do(applied, CLERK, "answer_question", question="Q-AAAA-BBBB", text="Soon.") == Result.DONE
    again = do(applied, CLERK, "answer_question", question="Q-AAAA-BBBB", text="Later.")
    assert again == Result.DONE_BEFORE
    assert ACTS["answer_question"].offered(str(CASE_ID), NOW, "en") == {"question": {}}


def test_a_dispute_is_answered_and_its_hold_ends(scene: Scene) -> None:
    from chalicelib.borrower.dispute import Dispute

    scene.accept()
    sent = Submission("d", "", "D-AAAA-BBBB", {"kind": "AMOUNT_WRONG"}, scene.road.clock.now)
    Dispute(scene.wiring.timers)(scene.case, sent)
    (hold,) = ACTS["answer_dispute"].offered(str(CASE_ID), NOW, "en")["hold"]
    assert (
        do(scene, CLERK, "answer_dispute", hold=hold, text="The sum is right: see the list.") == Result.DONE
    )
    assert not scene.case.holds
    again = do(scene, CLERK, "answer_dispute", hold=hold, text="The sum is right: see the list.")
    assert again == Result.DONE_BEFORE


def test_what_does_not_fit_where_the_case_stands_is_said_in_words(applied: Scene) -> None:
    with pytest.raises(NotNow, match="APPLIED"):
        acts.require_open(CLERK, ACTS["call_off"], str(CASE_ID))
    with pytest.raises(NotInRole):
        acts.require_open(ANNA, ACTS["accept"], str(CASE_ID))


@pytest.mark.parametrize(
    ("act", "status"),
    [
        ("join_court", CaseStatus.PLAN_ACTIVE),
        ("record_ruling", CaseStatus.PLAN_ACTIVE),
        ("extend_mediation", CaseStatus.ASSIGNED),
    ],
)
def test_what_the_law_of_a_case_does_not_know_is_not_offered(
    booked: Scene, act: str, status: CaseStatus
) -> None:
    actor = CLERK if act == "record_ruling" else BANK
    here = replace(booked.case, status=status)
    to_row(here).save()
    assert act in _names(booked, actor)
    for law in ("US", "GB", "EU"):
        to_row(replace(here, profile=law, profile_version=f"{law}@1")).save()
        assert act not in _names(booked, actor)
        with pytest.raises(NotNow, match="knows no"):
            acts.require_open(actor, ACTS[act], str(CASE_ID))


def test_a_hold_of_the_lenders_is_ended_before_its_term(scene: Scene) -> None:
    from chalicelib.domain.codes import Stage
    from chalicelib.store import waits
    from chalicelib.store.waits import Wait

    scene.accept()
    scene.accept("hold")
    waits.put(Wait(CASE_ID, Stage.AWAIT_WINDOW, Stage.REMIND, "token-1", NOW))
    assert ACTS["end_hold"].offered(str(CASE_ID), NOW, "en") == {"hold": {"HARDSHIP": "Hardship"}}
    assert do(scene, CLERK, "end_hold", hold="HARDSHIP", reason="A plan is agreed.") == Result.DONE
    assert not scene.case.held(scene.road.clock.now)
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Deferred")]
    assert do(scene, CLERK, "end_hold", hold="HARDSHIP", reason="A plan is agreed.") == Result.DONE_BEFORE
    assert ACTS["end_hold"].offered(str(CASE_ID), scene.road.clock.now, "en") == {"hold": {}}
    scene.accept("hold", id="evt-late", time="2026-11-22T00:00:00Z")
    assert not scene.case.held(scene.road.clock.now), "an earlier word lays nothing again"
