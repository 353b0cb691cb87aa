"""Every clock of a complaint fires, its act stops it, and a cancelled one never acts (invariants 20, 22)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.complaints import steer
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.store import complaint_lists, complaint_steps
from tests.complaints.desk import ANNA, Desk
from tests.samples import CASE_ID
from tests.scene import counted

__all__ = ["counted"]

ZONE = ZoneInfo("Asia/Shanghai")


def over(day: date) -> datetime:
    """Return when a local day is over."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)


def marks(desk: Desk, name: str) -> list[str]:
    """Return of which clocks a complaint was warned, or which it missed."""
    return [step.detail["clock"] for _, step in complaint_steps.of(desk.stands) if step.name == name]


def test_a_borrower_is_told_at_once_that_his_complaint_is_here(desk: Desk) -> None:
    desk.start()
    assert desk.stands.status == ComplaintStatus.ACKNOWLEDGED
    assert desk.stage == "Investigate"
    assert desk.told() == ["complaint_acknowledgement"]
    assert desk.reference in desk.scene.mail.sent[-1].text


def test_a_stranger_waits_for_staff_to_acknowledge_and_its_clock_is_watched(
    desk: Desk, counted: Counter[str]
) -> None:
    desk.reference = desk.complain(stranger=True, contact="0101234567")  # nobody texts a landline
    desk.start()
    assert desk.stage == "Acknowledge"
    desk.to(over(desk.stands.acknowledge_by) - timedelta(seconds=1))
    assert (counted["ComplaintAtRisk"], counted["ComplaintLate"]) == (1, 0)
    desk.to(over(desk.stands.acknowledge_by))
    assert (desk.stage, desk.stands.escalated, counted["ComplaintLate"]) == ("Late", True, 1)
    desk.acknowledge()
    desk.run()
    assert desk.stage == "Investigate"


def test_three_days_ahead_of_its_limit_a_decision_is_warned_of_once(
    desk: Desk, counted: Counter[str]
) -> None:
    desk.start()
    limit = over(desk.stands.decide_by)
    desk.to(limit - timedelta(days=3, seconds=1))
    assert marks(desk, "WARNED") == []
    desk.to(limit - timedelta(seconds=1))
    assert marks(desk, "WARNED") == ["DECIDE"]
    assert counted["ComplaintAtRisk"] == 1
    assert not desk.stands.escalated


def test_at_its_limit_nothing_is_decided_but_it_is_escalated_and_he_knows_where_to_turn(
    desk: Desk, counted: Counter[str]
) -> None:
    desk.start()
    desk.take()
    desk.to(over(desk.stands.decide_by) + timedelta(days=3))
    assert (desk.stage, desk.stands.status) == ("Late", ComplaintStatus.INVESTIGATING)
    assert desk.stands.escalated
    assert desk.stands.decision is None
    assert marks(desk, "LATE") == ["DECIDE"]
    assert counted["ComplaintLate"] == 1
    assert desk.told() == ["complaint_acknowledgement", "complaint_late"]
    assert "12378" in desk.scene.mail.sent[-1].text
    desk.decide()
    desk.run()
    assert desk.stage == "Decided"


@pytest.mark.parametrize("event", ["payment", "settled"])
def test_no_payment_stops_its_clock(desk: Desk, event: str) -> None:
    desk.start()
    desk.scene.accept(event)
    desk.machine.definitions["case"]["States"]["Notify"] = {"Type": "Succeed"}
    limit = over(desk.stands.decide_by)
    desk.to(limit)
    assert (desk.stage, marks(desk, "LATE")) == ("Late", ["DECIDE"])
    assert (desk.case.status == CaseStatus.CLOSED) == (event == "settled")


def test_a_decision_stops_the_clock_and_its_dead_timers_never_act(desk: Desk) -> None:
    desk.start()
    desk.take()
    desk.decide()
    desk.run()
    limit = over(desk.stands.decide_by)
    assert desk.told() == ["complaint_acknowledgement", "complaint_decision"]
    desk.to(limit + timedelta(days=2))
    assert (marks(desk, "WARNED"), marks(desk, "LATE")) == ([], [])
    assert desk.stage == "Decided"


def test_an_extension_moves_the_limit_and_is_told_with_its_reason(desk: Desk) -> None:
    desk.start()
    desk.take()
    first = over(desk.stands.decide_by)
    desk.extend()
    desk.run()
    assert (desk.stage, desk.told()[-1]) == ("Extended", "complaint_extension")
    assert "Tapes are awaited." in desk.scene.mail.sent[-1].text
    desk.to(first + timedelta(days=1))
    assert marks(desk, "LATE") == []
    desk.to(over(desk.stands.decide_by))
    assert marks(desk, "LATE") == ["DECIDE"]


def test_a_decided_one_is_closed_once_no_review_can_be_asked_for(desk: Desk) -> None:
    desk.start()
    desk.take()
    desk.decide()
    desk.run()
    end = over(desk.stands.day(desk.now) + timedelta(days=30))
    desk.to(end - timedelta(seconds=1))
    assert desk.stands.status == ComplaintStatus.DECIDED
    desk.to(end)
    assert (desk.stands.status, desk.stage) == (ComplaintStatus.CLOSED, "Closed")


def test_none_is_closed_by_time_before_its_letter_has_left(desk: Desk) -> None:
    desk.reference = desk.complain(stranger=True)
    desk.start()
    desk.take()
    desk.decide()
    desk.to(desk.now + timedelta(days=40))
    assert (desk.stands.status, marks(desk, "LATE")) == (ComplaintStatus.DECIDED, ["ASK_REVIEW"])
    desk.letter_sent()
    desk.run()
    assert desk.stage == "Closed"


def test_a_review_has_a_clock_of_its_own(desk: Desk) -> None:
    desk.start()
    desk.take()
    desk.decide()
    desk.run()
    desk.ask_review()
    desk.run()
    assert desk.stage == "Review"
    assert desk.stands.review_by
    desk.to(over(desk.stands.review_by))
    assert (desk.stage, marks(desk, "LATE")) == ("Late", ["REVIEW"])
    desk.answer_review()
    desk.run()
    desk.to(desk.now + timedelta(days=2))
    assert desk.told()[-1] == "complaint_review"
    assert desk.stage == "Closed"


def test_a_withdrawal_ends_its_execution(desk: Desk) -> None:
    desk.start()
    desk.withdraw()
    desk.run()
    assert desk.stage == "Withdrawn"
    desk.to(desk.now + timedelta(days=90))
    assert marks(desk, "LATE") == []


def test_a_lost_signal_and_a_lost_start_are_healed_by_the_sweeper(desk: Desk) -> None:
    desk.after(minutes=6)
    desk.scene.wiring.sweep()
    desk.run()
    assert desk.stage == "Investigate"
    desk.take()
    before = desk.stands
    complaint_steps.take(before, before, complaint_steps.Step("LETTER", desk.now, ANNA.id))  # no signal
    desk.run()
    desk.scene.wiring.sweep()
    desk.run()
    assert desk.executions[-1].live
    assert len(desk.executions) == 1


def test_one_that_runs_for_long_starts_its_successor(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steer, "LEG_LASTS", timedelta(days=10))
    desk.start()
    desk.to(desk.now + timedelta(days=13))
    assert [one.state for one in desk.executions] == ["Continued", "Investigate"]
    assert desk.executions[-1].name.endswith("-s2")


def test_handlers_see_the_open_ones_by_hours_left(desk: Desk) -> None:
    desk.after(days=1)
    second = desk.complain("SERVICE")
    desk.take()
    assert [one.reference for one in complaint_lists.open_ones()] == [second, desk.reference]
    assert [one.reference for one in complaint_lists.open_ones(ANNA.id)] == [desk.reference]
    assert [one.reference for one in complaint_lists.open_ones("")] == [second]
    desk.withdraw()
    assert [one.reference for one in complaint_lists.open_ones()] == [second]
    assert len(list(complaint_lists.of_month(desk.now.date()))) == 2
    assert desk.case.id == CASE_ID
