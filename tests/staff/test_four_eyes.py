"""Four eyes and complaints: proposed by one, approved by another, by the store's own condition."""

from __future__ import annotations

import pytest

from chalicelib.domain.codes import FactKind
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.domain.errors import NeedsApproval, NotFound, NotInRole, NotNow, Taken
from chalicelib.staff import acts
from chalicelib.staff.acts import Result
from chalicelib.staff.complaint_acts import COMPLAINT_ACTS
from chalicelib.store import complaints, proposals
from chalicelib.store.proposals import Decided
from tests.complaints.desk import Desk
from tests.scene import Scene
from tests.staff.office import ANNA, AUDITOR, BANK, BOSS, BOSS_TOO, CLERK, MEDIATOR, approve, desk, do, member


@pytest.fixture
def complained(scene: Scene) -> Desk:
    return Desk(scene)


def _do(of: Desk, actor: object, name: str, **answers: str) -> Result:
    return do(of.scene, actor, name, of.reference, **answers)  # type: ignore[arg-type]


def test_a_complaint_goes_from_its_receipt_to_its_decision(complained: Desk) -> None:
    assert _do(complained, ANNA, "acknowledge") == Result.DONE
    assert _do(complained, ANNA, "acknowledge") == Result.DONE_BEFORE
    assert _do(complained, ANNA, "take_up") == Result.DONE
    given = {"outcome": "UPHELD", "reasons": "It was at 23:10.", "redress": "An apology."}
    assert _do(complained, ANNA, "decide", **given) == Result.DONE
    assert _do(complained, ANNA, "decide", **given) == Result.DONE_BEFORE
    assert complained.stands.status == ComplaintStatus.DECIDED
    assert _do(complained, ANNA, "letter_sent", words="By post.") == Result.DONE
    with pytest.raises(NotNow, match="may be asked for until"):
        _do(complained, ANNA, "close")


def test_a_complaint_is_given_named_escalated_and_withdrawn(complained: Desk) -> None:
    assert _do(complained, BOSS, "give_to", handler="anna") == Result.DONE
    assert complained.stands.handler == "anna"
    assert _do(complained, ANNA, "escalate", reason="The press asks.") == Result.DONE
    assert _do(complained, ANNA, "name_person", person="anna") == Result.DONE
    with pytest.raises(NotFound):
        _do(complained, ANNA, "withdraw", words="I take it back.")
    assert _do(complained, BOSS, "withdraw", words="I take it back.") == Result.DONE
    assert complained.stands.status == ComplaintStatus.WITHDRAWN


def test_a_review_is_answered_by_somebody_else(complained: Desk) -> None:
    _do(complained, ANNA, "take_up")
    _do(complained, ANNA, "decide", outcome="NOT_UPHELD", reasons="There was no call.")
    complained.ask_review()
    given = {"outcome": "UPHELD", "reasons": "There was one.", "redress": "An apology."}
    bo = member("bo", *ANNA.roles)
    assert _do(complained, bo, "answer_review", **given) == Result.DONE


@pytest.mark.parametrize("actor", [CLERK, BANK, MEDIATOR, AUDITOR], ids=lambda one: one.name)
@pytest.mark.parametrize("name", [one.name for one in COMPLAINT_ACTS])
def test_nobody_else_acts_on_a_complaint(complained: Desk, actor: object, name: str) -> None:
    before = complained.scene.rows()
    with pytest.raises((NotInRole, NotFound)):
        _do(complained, actor, name)
    assert complained.scene.rows() == before


def test_more_time_is_proposed_by_the_handler_and_approved_by_another(complained: Desk) -> None:
    _do(complained, ANNA, "take_up")
    by = complained.stands.decide_by
    assert _do(complained, ANNA, "extend_complaint", reason="Tapes are awaited.") == Result.PROPOSED
    assert _do(complained, ANNA, "extend_complaint", reason="Tapes are awaited.") == Result.DONE_BEFORE
    assert complained.stands.decide_by == by, "nothing happens before a second person approves"
    assert [one.act for one in proposals.waiting()] == ["extend_complaint"]
    assert approve(complained.scene, BOSS) == Result.DONE
    assert complained.stands.decide_by > by
    assert proposals.waiting() == []
    assert proposals.get("form-key-0001").state == Decided.DONE
    with pytest.raises(Taken):
        approve(complained.scene, BOSS_TOO)


def test_who_proposed_it_never_approves_it_even_with_the_permission(complained: Desk) -> None:
    both = member("anna", *ANNA.roles, *BOSS.roles)
    _do(complained, both, "take_up")
    _do(complained, both, "extend_complaint", reason="Tapes are awaited.")
    with pytest.raises(NeedsApproval):
        approve(complained.scene, both)
    assert proposals.get("form-key-0001").state == Decided.OPEN
    with pytest.raises(NotInRole):
        approve(complained.scene, ANNA)


def test_two_who_approve_are_one(complained: Desk) -> None:
    _do(complained, ANNA, "take_up")
    _do(complained, ANNA, "extend_complaint", reason="Tapes are awaited.")
    now = complained.now
    proposals.approve("form-key-0001", BOSS, now)
    with pytest.raises(Taken):
        proposals.approve("form-key-0001", BOSS_TOO, now)
    assert proposals.approve("form-key-0001", BOSS, now).decided_by == "boss"


def test_what_is_turned_down_never_happens(complained: Desk) -> None:
    _do(complained, ANNA, "take_up")
    _do(complained, ANNA, "extend_complaint", reason="Tapes are awaited.")
    acts.turn_down("form-key-0001", BOSS, "Decide now.", desk(complained.scene, BOSS))
    with pytest.raises(Taken):
        approve(complained.scene, BOSS)
    assert complaints.require(complained.reference).extensions == 0
    assert not [one for one in complained.scene.facts(FactKind.HANDLING) if one.detail["step"] == "EXTENDED"]
