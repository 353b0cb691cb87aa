"""What may be done to a complaint, by whom and until when (invariants 11, 12, 13, 20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.actor import Actor
from chalicelib.domain.codes import CaseStatus, FactKind, HoldKind
from chalicelib.domain.complaint import Complaint, ComplaintStatus
from chalicelib.domain.errors import NeedsApproval, NotImpartial, NotInRole, NotNow, Taken, TooLate, TryAgain
from chalicelib.store import complaint_steps, complaints, waiting
from chalicelib.store.complaint_steps import Step
from chalicelib.store.heads import update
from chalicelib.store.rows import CaseRow
from chalicelib.timers import Timers
from tests.complaints.desk import ANNA, BO, MEDIATOR, NOT_UPHELD, SU, Desk
from tests.samples import CASE_ID


def mediated_by(person: str) -> None:
    assert update(CASE_ID, [CaseRow.mediator.set(person)], CaseRow.pk.exists())


def decided(desk: Desk) -> Desk:
    desk.take()
    desk.decide()
    return desk


def test_a_complaint_goes_from_its_receipt_to_its_close(desk: Desk) -> None:
    assert desk.acknowledge()
    assert desk.take()
    assert desk.decide()
    desk.send("complaint_decision")
    desk.after(days=31)
    assert desk.close()
    assert desk.stands.status == ComplaintStatus.CLOSED
    assert desk.steps() == ["ACKNOWLEDGED", "TAKEN", "DECIDED", "CLOSED"]
    handled = [fact.which[1] for fact in desk.scene.facts(FactKind.HANDLING)]
    assert handled == ["0001", "0002", "0003", "0004"]
    assert not list(waiting.since(FactKind.COMPLAINT, desk.now.date() - timedelta(days=60), desk.now))


def test_every_act_done_twice_is_done_once(desk: Desk) -> None:
    acts: tuple[Callable[[], bool], ...] = (desk.acknowledge, desk.take, desk.extend, desk.decide)
    for act in (*acts, desk.ask_review, desk.answer_review, desk.letter_sent, desk.close, desk.escalate):
        if act == desk.escalate:
            continue
        assert act()
        assert not act()
    names = desk.steps()
    assert len(names) == len(set(names)) == 8


def test_a_letter_whose_start_was_lost_leaves_with_the_repeat(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise TryAgain("throttled")

    letters: tuple[tuple[str, Callable[[], bool], Callable[[], bool]], ...] = (
        ("acknowledgement", desk.acknowledge, desk.take),
        ("extension", desk.extend, lambda: True),
        ("decision", desk.decide, desk.ask_review),
        ("review", desk.answer_review, lambda: True),
    )
    for name, act, then in letters:
        with monkeypatch.context() as broken:
            broken.setattr(Timers, "deliver", lost)
            with pytest.raises(TryAgain):
                act()
        started = f"{CASE_ID}-complaint_{name}-"
        assert not [one for one in desk.machine.executions if one.startswith(started)]
        assert not act()
        assert [one for one in desk.machine.executions if one.startswith(started)], name
        then()


def test_no_complaint_closes_without_the_letter_of_its_decision(desk: Desk) -> None:
    decided(desk)
    desk.after(days=31)
    with pytest.raises(NotNow, match="no letter"):
        desk.close()
    assert desk.letter_sent()
    assert desk.close()


def test_none_closes_while_a_review_may_be_asked_for_or_waits(desk: Desk) -> None:
    decided(desk)
    desk.send("complaint_decision")
    with pytest.raises(NotNow, match="may be asked for until 2026-12-23"):
        desk.close()
    desk.ask_review()
    with pytest.raises(NotNow, match="answer it first"):
        desk.close()
    desk.answer_review()
    with pytest.raises(NotNow, match="no letter"):
        desk.close()
    desk.send("complaint_review")
    assert desk.close()


def test_a_written_withdrawal_ends_it_and_an_empty_one_does_not(desk: Desk) -> None:
    with pytest.raises(NotNow, match="words"):
        desk.withdraw("  ")
    assert desk.withdraw()
    assert not desk.withdraw()
    assert desk.stands.status == ComplaintStatus.WITHDRAWN
    with pytest.raises(NotNow):
        desk.take()


def test_it_is_extended_before_expiry_alone(desk: Desk) -> None:
    desk.take()
    last = desk.stands.decide_by
    desk.scene.road.clock.now = desk.now.replace(year=last.year, month=last.month, day=last.day, hour=15)
    desk.after(minutes=59)
    assert desk.extend()
    desk.after(days=40)
    with pytest.raises(TooLate):
        desk.extend(reason="Still more.")


def test_it_is_extended_twice_at_most_and_each_time_for_a_reason(desk: Desk) -> None:
    desk.take()
    with pytest.raises(NotNow, match="words"):
        desk.extend(reason=" ")
    assert desk.extend()
    assert desk.stands.decide_by == date(2026, 12, 23)
    assert desk.extend(reason="An expert is asked.")
    assert desk.stands.decide_by == date(2027, 1, 22)
    assert desk.stands.status == ComplaintStatus.EXTENDED
    with pytest.raises(NotNow, match="no more time"):
        desk.extend(reason="Again.")


@pytest.mark.parametrize("approver", [ANNA, BO, replace(ANNA, roles=SU.roles)])
def test_an_extension_needs_a_supervisor_who_does_not_handle_it(desk: Desk, approver: Actor) -> None:
    desk.take()
    with pytest.raises(NeedsApproval):
        desk.extend(approver=approver)
    assert desk.stands.extensions == 0


def test_whoever_is_complained_of_never_handles_it(desk: Desk) -> None:
    mediated_by(MEDIATOR.id)
    desk.reference = desk.complain("MEDIATOR_BIAS")
    with pytest.raises(NotImpartial):
        desk.take(MEDIATOR)
    with pytest.raises(NotImpartial):
        desk.take(SU, MEDIATOR)
    assert desk.take()


def test_nor_decides_it_should_he_become_the_mediator_after_taking_it(desk: Desk) -> None:
    desk.reference = desk.complain("MEDIATION_CONDUCT")
    desk.take(MEDIATOR)
    mediated_by(MEDIATOR.id)
    with pytest.raises(NotImpartial):
        desk.decide(MEDIATOR)


def test_a_handler_who_is_named_loses_the_complaint(desk: Desk) -> None:
    desk.take()
    assert desk.name(ANNA.id)
    assert (desk.stands.handler, desk.stands.status) == ("", ComplaintStatus.ACKNOWLEDGED)
    with pytest.raises(NotImpartial):
        desk.take(ANNA)
    assert desk.take(BO)


def test_who_decided_does_not_review(desk: Desk) -> None:
    decided(desk)
    desk.ask_review()
    with pytest.raises(NotImpartial):
        desk.answer_review(ANNA)
    assert desk.answer_review(BO)
    assert desk.stands.final == desk.stands.reviewed


def test_a_review_is_asked_for_within_its_term(desk: Desk) -> None:
    decided(desk)
    desk.after(days=31)
    with pytest.raises(TooLate):
        desk.ask_review()


def test_only_its_handler_decides_and_says_what_is_made_good(desk: Desk) -> None:
    desk.acknowledge()
    with pytest.raises(NotInRole):
        desk.decide()
    desk.take()
    with pytest.raises(NotInRole):
        desk.decide(BO)
    with pytest.raises(NotNow, match="made good"):
        desk.decide(redress="")
    assert desk.decide(outcome=NOT_UPHELD, redress="")


def test_a_payment_stops_no_clock(desk: Desk) -> None:
    before = desk.stands
    desk.scene.accept("payment")
    desk.scene.accept("settled")
    assert desk.case.status == CaseStatus.CLOSED
    assert desk.stands == before
    assert desk.take()
    assert desk.decide()


def test_the_decision_lifts_the_hold_in_the_same_write(desk: Desk) -> None:
    assert HoldKind.COMPLAINT in desk.case.holds
    decided(desk)
    assert HoldKind.COMPLAINT not in desk.case.holds
    assert not desk.case.complaints


def test_another_undecided_complaint_keeps_the_hold(desk: Desk) -> None:
    second = desk.complain("SERVICE")
    decided(desk)
    assert HoldKind.COMPLAINT in desk.case.holds
    desk.reference = second
    desk.withdraw()
    assert HoldKind.COMPLAINT not in desk.case.holds


def test_of_two_who_act_on_the_same_sight_one_is_told(desk: Desk) -> None:
    desk.take()
    seen = desk.stands
    desk.decide()
    with pytest.raises(Taken, match="DECIDED"):
        complaint_steps.take(seen, replace(seen, handler=BO.id), Step("TAKEN", desk.now, BO.id))
    assert desk.steps() == ["TAKEN", "DECIDED"]


def test_who_lost_the_answer_to_his_own_write_is_told_that_he_wrote(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment is kept to the second, a clock is finer: his own step must be known by what is kept."""
    write, found = complaint_steps._write, desk.stands

    def answer_lost(before: Complaint, after: Complaint, step: Step) -> bool:
        assert write(before, after, step)
        return False

    monkeypatch.setattr(complaint_steps, "_write", answer_lost)
    step = Step("TAKEN", desk.now.replace(microsecond=123_456), ANNA.id)
    assert complaint_steps.take(found, replace(found, handler=ANNA.id), step).sequence == 1


def test_a_strangers_steps_stand_beside_his_complaint(desk: Desk) -> None:
    desk.reference = desk.complain(stranger=True)
    decided(desk)
    assert desk.steps() == ["TAKEN", "DECIDED"]
    assert desk.scene.facts(FactKind.HANDLING) == []
    assert [one.id for one in complaints.find(desk.reference)] == [desk.stands.id]
    desk.after(days=31)
    desk.letter_sent()
    assert desk.close()


def test_escalation_is_a_flag_beside_the_status(desk: Desk) -> None:
    assert desk.escalate()
    assert not desk.escalate()
    assert (desk.stands.escalated, desk.stands.status) == (True, ComplaintStatus.RECEIVED)
