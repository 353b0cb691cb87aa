"""A mediation from its application to its end: each act once, only where it fits, and each timer's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.borrower.apply import Apply, Withdraw
from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Mode, Outcome, Stage
from chalicelib.domain.errors import NotNow, Taken
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.mediation import CASE_STAFF
from chalicelib.domain.moments import stamp
from chalicelib.forms.journey import Submission
from chalicelib.mediation import schedule as scheduling
from chalicelib.mediation import standing
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.extend import Extend
from chalicelib.mediation.messages import write
from chalicelib.mediation.release import release
from chalicelib.mediation.schedule import Offer, Schedule, open_times
from chalicelib.mediation.session import Session
from chalicelib.mediation.statements import said, state
from chalicelib.store import bookings, cases, meetings, waits
from chalicelib.store import standing as heads
from chalicelib.store.facts import Fact
from chalicelib.store.waits import Wait
from tests.samples import CASE_ID
from tests.scene import Scene

WED = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai
THU = WED + timedelta(days=1)
OFFER = Offer(
    times=(WED, THU),
    mode=Mode.TELEPHONE,
    mediator="李静",
    organisation="示范市金融纠纷调解中心",
    ways={"dial_in": "400-000-0009"},
)
OTHER = CaseId(loan_key("demo-bank", "LN-2026-000002"), 1)


def _sent(scene: Scene, name: str) -> Submission:
    return Submission(name, "", f"W-{name}", {"mode": "TELEPHONE"}, scene.road.clock.now)


def _assign(scene: Scene, case_id: CaseId = CASE_ID) -> None:
    """What assignment leaves behind."""
    case, now = cases.get(case_id), scene.road.clock.now
    assigned = standing.at(replace(case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    standing.move(case, assigned, Fact(case_id, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"}))


@pytest.fixture
def applied(scene: Scene) -> Scene:
    scene.accept()
    Apply(scene.wiring.timers)(CASE_ID, _sent(scene, "a"))
    return scene


@pytest.fixture
def assigned(applied: Scene) -> Scene:
    Accept(applied.wiring.timers)(CASE_ID, "staff-1", applied.road.clock.now)
    _assign(applied)
    return applied


@pytest.fixture
def booked(assigned: Scene) -> Scene:
    schedule, now = Schedule(assigned.wiring.timers), assigned.road.clock.now
    schedule.offer(CASE_ID, OFFER, "m-1", now)
    schedule.book(CASE_ID, WED, now)
    return assigned


def _fit(*_: object) -> list[str]:
    return []


def _steer(scene: Scene) -> dict[str, object]:
    found: dict[str, object] = scene.wiring.steer(CASE_ID, {})
    return found


# --- acceptance ----------------------------------------------------------------------------------------


def test_an_application_waits_for_the_staff(applied: Scene) -> None:
    assert [case.id for case in heads.worklist(CASE_STAFF)] == [CASE_ID]
    assert _steer(applied)["stage"] == Stage.ACCEPTANCE.value


def test_accepting_starts_the_limit_and_is_done_once(applied: Scene) -> None:
    now = applied.road.clock.now
    accept = Accept(applied.wiring.timers)
    assert accept(CASE_ID, "staff-1", now)
    assert not accept(CASE_ID, "staff-2", now + timedelta(minutes=1))
    assert applied.case.limit_at == now + timedelta(days=30)
    assert len(applied.facts(FactKind.ACCEPTED)) == 1


def test_what_was_not_applied_for_is_not_accepted(scene: Scene) -> None:
    scene.accept()
    with pytest.raises(NotNow, match="it must be APPLIED"):
        Accept(scene.wiring.timers)(CASE_ID, "staff-1", scene.road.clock.now)


def test_declining_closes_with_the_reason(applied: Scene) -> None:
    Accept(applied.wiring.timers).decline(CASE_ID, "staff-1", "没有借贷关系", applied.road.clock.now)
    assert (applied.case.outcome, applied.case.closed_reason) == (Outcome.OUT_OF_SCOPE, "没有借贷关系")


def test_nobody_accepting_in_time_rings_once_and_the_case_waits_on(applied: Scene) -> None:
    applied.road.clock.advance(days=4)
    for _ in range(2):
        found = applied.wiring.steer(CASE_ID, {"Answered": 1})
        assert found["stage"] == Stage.ACCEPTANCE.value
        assert found["timers"] == {"Answered": 1, "Acceptance": 26 * 86_400}
    assert [fact.which[0] for fact in applied.facts(FactKind.DUE)] == ["ACCEPTANCE_LATE"]


# --- times and meetings --------------------------------------------------------------------------------


def test_times_too_soon_or_past_the_limit_are_not_offered(assigned: Scene) -> None:
    schedule, now = Schedule(assigned.wiring.timers), assigned.road.clock.now
    with pytest.raises(NotNow, match="too soon"):
        schedule.offer(CASE_ID, replace(OFFER, times=(now + timedelta(days=2),)), "m-1", now)
    with pytest.raises(NotNow, match="past the mediation's limit"):
        schedule.offer(CASE_ID, replace(OFFER, times=(now + timedelta(days=31),)), "m-1", now)
    with pytest.raises(ValueError, match="a place, a link or a number"):
        schedule.offer(CASE_ID, replace(OFFER, ways={}), "m-1", now)
    assert assigned.facts(FactKind.SLOTS) == []


def test_times_offered_are_told_and_one_is_booked(booked: Scene) -> None:
    assert booked.case.status == CaseStatus.SCHEDULED
    found = meetings.get(CASE_ID)
    assert found is not None
    assert (found.at, found.mode, found.dial_in) == (WED, Mode.TELEPHONE, "400-000-0009")
    assert f"{CASE_ID}-meeting_times-1" in booked.machine.statuses
    assert f"{CASE_ID}-meeting_invitation-1000" in booked.machine.statuses
    assert open_times(booked.case, booked.road.clock.now) == [THU]


def test_a_time_that_is_not_offered_is_not_booked(assigned: Scene) -> None:
    schedule, now = Schedule(assigned.wiring.timers), assigned.road.clock.now
    with pytest.raises(Taken):
        schedule.book(CASE_ID, WED, now)
    schedule.offer(CASE_ID, OFFER, "m-1", now)
    with pytest.raises(Taken):
        schedule.book(CASE_ID, WED + timedelta(hours=1), now)


def test_a_mediators_time_is_given_once(booked: Scene) -> None:
    now = booked.road.clock.now
    booked.accept(id="e2", subject="LN-2026-000002")
    Apply(booked.wiring.timers)(OTHER, _sent(booked, "b"))
    Accept(booked.wiring.timers)(OTHER, "staff-1", now)
    _assign(booked, OTHER)
    schedule = Schedule(booked.wiring.timers)
    schedule.offer(OTHER, OFFER, "m-1", now)
    with pytest.raises(Taken, match="somebody else"):
        schedule.book(OTHER, WED, now)
    schedule.book(OTHER, THU, now)
    assert cases.get(OTHER).status == CaseStatus.SCHEDULED


def test_booking_the_same_time_again_changes_nothing(booked: Scene) -> None:
    Schedule(booked.wiring.timers).book(CASE_ID, WED, booked.road.clock.now)
    assert len(booked.facts(FactKind.MEETING)) == 1


def test_another_time_frees_the_first(booked: Scene) -> None:
    now = booked.road.clock.now
    Schedule(booked.wiring.timers).book(CASE_ID, THU, now)
    found = meetings.get(CASE_ID)
    assert found is not None
    assert (found.at, found.number, found.sequence) == (THU, 1, 1)
    assert open_times(booked.case, now) == [WED]


def test_a_meeting_is_reminded_of_twice_each_time_once(booked: Scene) -> None:
    clock = booked.road.clock
    for moment, told in ((WED - timedelta(hours=24), 1), (WED - timedelta(hours=1), 2)):
        clock.now = moment
        for _ in range(2):
            assert _steer(booked)["stage"] == Stage.MEETING.value
        assert f"{CASE_ID}-meeting_reminder-1000{told}" in booked.machine.statuses
    assert len(booked.facts(FactKind.DUE)) == 2


def test_a_meeting_moved_away_is_not_reminded_of(booked: Scene) -> None:
    Schedule(booked.wiring.timers).book(CASE_ID, THU, booked.road.clock.now)
    booked.road.clock.now = WED - timedelta(hours=24)
    _steer(booked)
    assert booked.facts(FactKind.DUE) == []


def test_a_meeting_without_a_result_rings(booked: Scene) -> None:
    booked.road.clock.now = WED + timedelta(hours=2)
    _steer(booked)
    assert [fact.which[0] for fact in booked.facts(FactKind.DUE)] == ["RESULT_LATE"]
    assert booked.case.is_open


def test_a_meeting_called_off_is_told_and_its_time_is_free(booked: Scene) -> None:
    schedule, now = Schedule(booked.wiring.timers), booked.road.clock.now
    assert schedule.call_off(CASE_ID, "m-1", "调解员生病", now)
    assert not schedule.call_off(CASE_ID, "m-1", "调解员生病", now)
    assert booked.case.status == CaseStatus.ASSIGNED
    assert open_times(booked.case, now) == [WED, THU]
    assert f"{CASE_ID}-meeting_cancelled-1001" in booked.machine.statuses


# --- sessions ------------------------------------------------------------------------------------------


def test_only_its_own_mediator_opens_a_session(booked: Scene) -> None:
    with pytest.raises(NotNow, match="another mediator"):
        Session(booked.wiring.timers, _fit).open(CASE_ID, "m-2", WED)


def test_invariant_14_a_lapsed_mediator_does_not_chair(booked: Scene) -> None:
    lapsed = Session(booked.wiring.timers, lambda *_: ["training expired on 2026-11-30"])
    with pytest.raises(NotNow, match="training expired"):
        lapsed.open(CASE_ID, "m-1", WED)
    assert booked.case.status == CaseStatus.SCHEDULED


def test_a_session_is_opened_adjourned_and_met_again(booked: Scene) -> None:
    session, schedule = Session(booked.wiring.timers, _fit), Schedule(booked.wiring.timers)
    assert session.open(CASE_ID, "m-1", WED)
    assert not session.open(CASE_ID, "m-1", WED)
    assert _steer(booked)["stage"] == Stage.SESSION.value
    later = WED + timedelta(hours=1)
    assert session.adjourn(CASE_ID, "m-1", "需要补充材料", later)
    again = replace(OFFER, times=(WED + timedelta(days=7),))
    schedule.offer(CASE_ID, again, "m-1", later)
    found = schedule.book(CASE_ID, again.times[0], later)
    assert (found.number, found.sequence) == (2, 0)
    assert booked.case.status == CaseStatus.SCHEDULED


@pytest.mark.parametrize("outcome", [Outcome.NOT_AGREED, Outcome.NO_SHOW, Outcome.REFUSED])
def test_a_mediation_without_agreement_closes_with_its_outcome(booked: Scene, outcome: Outcome) -> None:
    session = Session(booked.wiring.timers, _fit)
    assert session.end(CASE_ID, outcome, "m-1", "双方未达成一致", WED)
    assert not session.end(CASE_ID, outcome, "m-1", "双方未达成一致", WED)
    assert booked.case.outcome == outcome
    assert list(heads.worklist("m-1")) == []
    assert _steer(booked)["stage"] == Stage.CLOSED.value


def test_a_mediation_does_not_end_as_agreed_without_an_agreement(booked: Scene) -> None:
    with pytest.raises(NotNow, match="ends as one of"):
        Session(booked.wiring.timers, _fit).end(CASE_ID, Outcome.AGREED, "m-1", "", WED)


# --- statements, extension, withdrawal, limits ---------------------------------------------------------


def test_both_statements_are_on_record_each_once(applied: Scene) -> None:
    now = applied.road.clock.now
    assert state(CASE_ID, Party.BORROWER, " 我失业了。 ", "s1", "borrower", now)
    assert not state(CASE_ID, Party.BORROWER, "我失业了。", "s1", "borrower", now)
    assert state(CASE_ID, Party.CREDITOR, "已多次提醒。", "s2", "bank-1", now)
    statements = said(CASE_ID, FactKind.STATEMENT)
    assert [(fact.which[0], fact.detail["text"]) for fact in statements] == [
        ("BORROWER", "我失业了。"),
        ("CREDITOR", "已多次提醒。"),
    ]


def test_nobody_speaks_for_a_side_and_nobody_writes_nothing(applied: Scene) -> None:
    now = applied.road.clock.now
    with pytest.raises(NotNow):
        state(CASE_ID, Party.MEDIATOR, "…", "s1", "m-1", now)
    for text in ("  ", "长" * 4_001):
        with pytest.raises(ValueError, match="between 1 and"):
            state(CASE_ID, Party.BORROWER, text, "s1", "borrower", now)
        with pytest.raises(ValueError, match="between 1 and"):
            write(CASE_ID, Party.BORROWER, text, "m1", "borrower", now)


def test_both_sides_extend_before_the_limit_and_once(booked: Scene) -> None:
    extend, limit = Extend(booked.wiring.timers), booked.case.limit_at
    assert limit is not None
    assert not extend(CASE_ID, Party.BORROWER, "borrower", WED)
    assert booked.case.limit_at == limit
    assert extend(CASE_ID, Party.CREDITOR, "bank-1", WED)
    assert booked.case.limit_at == limit + timedelta(days=30)
    with pytest.raises(NotNow, match="extended before"):
        extend(CASE_ID, Party.BORROWER, "borrower", WED)


def test_invariant_12_nothing_is_extended_after_its_limit(assigned: Scene) -> None:
    limit = assigned.case.limit_at
    assert limit is not None
    with pytest.raises(NotNow, match="limit is past"):
        Extend(assigned.wiring.timers)(CASE_ID, Party.BORROWER, "borrower", limit)


def test_withdrawing_calls_the_meeting_off_and_costs_nothing(booked: Scene) -> None:
    now = booked.road.clock.now
    assert Withdraw(booked.wiring.timers)(CASE_ID, _sent(booked, "w"))
    case = booked.case
    assert (case.status, case.mediator, case.worklist) == (CaseStatus.FEEDBACK, None, None)
    found = meetings.get(CASE_ID)
    assert found is not None
    assert found.cancelled
    assert _steer(booked)["stage"] == Stage.ANSWERED.value
    Apply(booked.wiring.timers)(CASE_ID, _sent(booked, "again"))
    assert Accept(booked.wiring.timers)(CASE_ID, "staff-1", now)


def test_the_limit_closes_what_came_to_nothing(booked: Scene) -> None:
    booked.road.clock.advance(days=31)
    assert _steer(booked)["stage"] == Stage.CLOSED.value
    assert booked.case.outcome == Outcome.TERMINATED


def test_more_time_granted_in_the_last_moment_wins(booked: Scene) -> None:
    """Steer read the case under its old limit, and closes nothing that has a new one."""
    before, now = booked.case, booked.road.clock.now
    for side in (Party.BORROWER, Party.CREDITOR):
        Extend(booked.wiring.timers)(CASE_ID, side, side.value, now)
    only, limit = (before.status,), before.limit_at
    assert cases.close(CASE_ID, Outcome.TERMINATED, "late", now, only=only, limit_at=limit) is None
    assert booked.case.is_open


def test_signatures_that_do_not_come_close_it(assigned: Scene) -> None:
    case, now = assigned.case, assigned.road.clock.now
    signing = standing.at(case, CaseStatus.SIGNING, now)
    standing.move(case, signing, Fact(CASE_ID, FactKind.DRAFT, now, ("01",)))
    assert _steer(assigned)["stage"] == Stage.SIGNATURE.value
    assigned.road.clock.advance(days=8)
    assert _steer(assigned)["stage"] == Stage.CLOSED.value
    assert assigned.case.outcome == Outcome.NOT_AGREED


# --- timers that are over ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda s: Schedule(s.wiring.timers).book(CASE_ID, THU, s.road.clock.now),
        lambda s: Schedule(s.wiring.timers).call_off(CASE_ID, "m-1", "", s.road.clock.now),
        lambda s: Session(s.wiring.timers, _fit).open(CASE_ID, "m-1", s.road.clock.now),
        lambda s: Withdraw(s.wiring.timers)(CASE_ID, _sent(s, "w")),
    ],
)
def test_an_act_wakes_the_machine_that_waits_for_the_meeting(
    booked: Scene, act: Callable[[Scene], object]
) -> None:
    waits.put(Wait(CASE_ID, Stage.MEETING, Stage.MEETING, "token-9", WED))
    act(booked)
    assert ("token-9", "success", {"signal": "Answered"}) in booked.machine.signals


def test_a_payment_that_closed_the_case_leaves_nothing_to_do(booked: Scene) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", booked.road.clock.now)
    booked.road.clock.now = WED - timedelta(hours=1)
    assert _steer(booked)["stage"] == Stage.CLOSED.value
    assert booked.facts(FactKind.DUE) == []
    assert f"{CASE_ID}-meeting_reminder-10002" not in booked.machine.statuses


# --- closed with a meeting ahead -----------------------------------------------------------------------


def _free(scene: Scene) -> list[datetime]:
    """The offered times that somebody else could have of the mediator now."""
    return bookings.free("m-1", OFFER.times)


def _called_off(scene: Scene) -> bool:
    found = meetings.get(CASE_ID)
    return found is not None and found.cancelled


TOLD_OFF = f"{CASE_ID}-meeting_cancelled-1001"


def test_a_settlement_frees_the_mediators_time_and_tells_nothing(booked: Scene) -> None:
    assert _free(booked) == [THU]
    booked.accept("settled")
    assert booked.case.outcome == Outcome.SETTLED_OUTSIDE
    assert _free(booked) == [WED, THU]
    assert _called_off(booked)
    assert TOLD_OFF not in booked.machine.statuses, "full payment ends contact (invariant 3)"


def test_a_mediation_ended_before_its_meeting_frees_the_time_and_says_so(booked: Scene) -> None:
    now = booked.road.clock.now
    Session(booked.wiring.timers, _fit).end(CASE_ID, Outcome.REFUSED, "m-1", "对方拒绝调解", now)
    assert _free(booked) == [WED, THU]
    assert _called_off(booked)
    assert TOLD_OFF in booked.machine.statuses
    booked.run(Stage.DELIVER, step="meeting_cancelled-1001", at=stamp(now))
    assert "调解已取消" in booked.sms.sent[-1].text


def test_a_session_that_was_held_stays_on_record(booked: Scene) -> None:
    end = WED + timedelta(minutes=20)
    Session(booked.wiring.timers, _fit).end(CASE_ID, Outcome.NOT_AGREED, "m-1", "双方未达成一致", end)
    assert _free(booked) == [THU]
    assert not _called_off(booked)
    assert TOLD_OFF not in booked.machine.statuses


def test_who_paid_meanwhile_is_not_told_that_a_meeting_is_called_off(booked: Scene) -> None:
    now, sent = booked.road.clock.now, len(booked.sms.sent)
    Schedule(booked.wiring.timers).call_off(CASE_ID, "m-1", "调解员生病", now)
    booked.accept("settled")
    booked.run(Stage.DELIVER, step="meeting_cancelled-1001", at=stamp(now))
    assert len(booked.sms.sent) == sent


@pytest.mark.parametrize(("outcome", "told"), [(Outcome.SETTLED_OUTSIDE, False), (Outcome.NOT_AGREED, True)])
def test_the_sweeper_frees_the_time_of_who_died_after_the_close(
    booked: Scene, outcome: Outcome, told: bool
) -> None:
    cases.close(CASE_ID, outcome, "and died", booked.road.clock.now)
    booked.wiring.sweep()
    assert _free(booked) == [WED, THU]
    assert (TOLD_OFF in booked.machine.statuses) is told
    before = booked.rows()
    booked.wiring.sweep()
    assert booked.rows() == before


def test_the_time_freed_twice_takes_no_others_meeting(booked: Scene) -> None:
    """Another case has the time by when a second process frees it: that meeting stays booked."""
    booked.accept("settled")
    bookings.row_of("m-1", WED, OTHER).save()
    release(booked.case, booked.wiring.timers)
    assert _free(booked) == [THU]
    assert len(booked.facts(FactKind.MEETING)) == 2


def test_a_settlement_in_the_moment_of_booking_leaves_no_time_taken(
    assigned: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever is first: the close lets no booking through, and a booking is freed by the close."""
    schedule, now = Schedule(assigned.wiring.timers), assigned.road.clock.now
    schedule.offer(CASE_ID, OFFER, "m-1", now)
    latest_offer = scheduling.latest_offer

    def settled_meanwhile(case: Case) -> Offer | None:
        assigned.accept("settled")
        return latest_offer(case)

    monkeypatch.setattr(scheduling, "latest_offer", settled_meanwhile)
    with pytest.raises(NotNow, match="moved on to CLOSED"):
        schedule.book(CASE_ID, WED, now)
    assert _free(assigned) == [WED, THU]
    assert meetings.get(CASE_ID) is None


# --- quicker acts --------------------------------------------------------------------------------------


def _in_between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let somebody act between the reading of a case and the next write that rests on it."""
    require = standing.require

    def overtaken(case: Case, statuses: Iterable[CaseStatus], what: str) -> None:
        monkeypatch.setattr(standing, "require", require)
        require(case, statuses, what)
        act()

    monkeypatch.setattr(standing, "require", overtaken)


def test_an_application_taken_back_in_the_moment_is_not_declined(
    applied: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers, now = applied.wiring.timers, applied.road.clock.now
    _in_between(monkeypatch, lambda: Withdraw(timers)(CASE_ID, _sent(applied, "w")))
    with pytest.raises(NotNow, match="moved on to FEEDBACK"):
        Accept(timers).decline(CASE_ID, "staff-1", "没有借贷关系", now)
    assert applied.case.status == CaseStatus.FEEDBACK
    assert applied.facts(FactKind.ACCEPTED) == [], "what did not happen is not on record"


def test_who_repeats_his_own_decline_is_told_so_and_nobody_else(applied: Scene) -> None:
    accept, now = Accept(applied.wiring.timers), applied.road.clock.now
    assert accept.decline(CASE_ID, "staff-1", "没有借贷关系", now)
    assert not accept.decline(CASE_ID, "staff-1", "没有借贷关系", now)
    with pytest.raises(NotNow, match="is CLOSED"):
        accept.decline(CASE_ID, "staff-2", "other", now)


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (lambda s: Withdraw(s.wiring.timers)(CASE_ID, _sent(s, "w")), "FEEDBACK"),
        (lambda s: Schedule(s.wiring.timers).book(CASE_ID, THU, s.road.clock.now), "SCHEDULED"),
        (lambda s: s.accept("settled"), "CLOSED"),
    ],
)
def test_a_quicker_act_keeps_a_mediation_from_being_ended(
    booked: Scene, monkeypatch: pytest.MonkeyPatch, act: Callable[[Scene], object], status: str
) -> None:
    booked.road.clock.advance(minutes=1)
    _in_between(monkeypatch, lambda: act(booked))
    with pytest.raises(NotNow, match=f"moved on to {status}"):
        Session(booked.wiring.timers, _fit).end(CASE_ID, Outcome.REFUSED, "m-1", "x", booked.road.clock.now)
    assert booked.case.status == status
    assert booked.case.outcome != Outcome.REFUSED
    assert booked.facts(FactKind.SESSION) == []


def test_a_case_that_was_settled_is_not_ended_once_more(booked: Scene) -> None:
    booked.accept("settled")
    with pytest.raises(NotNow, match="is CLOSED"):
        Session(booked.wiring.timers, _fit).end(CASE_ID, Outcome.REFUSED, "m-1", "x", booked.road.clock.now)
