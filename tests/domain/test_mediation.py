"""Which timer of a mediation runs out next, and what still means something when it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Mode, Stage
from chalicelib.domain.mediation import (
    CASE_STAFF,
    CHAIRED,
    STAGE_OF,
    UNDER_WAY,
    Due,
    Timer,
    fallen_due,
    may_write,
    next_timer,
    standing,
    timers,
)
from chalicelib.domain.meeting import Meeting
from tests.samples import NOON
from tests.samples import case as a_case

CN = profiles.of_version("CN", "CN@1")
ZONE = ZoneInfo("Asia/Shanghai")
LIMIT = NOON + timedelta(days=30)


def _case(status: CaseStatus, since: datetime = NOON, **changes: object) -> Case:
    return replace(a_case(status=status), since=since, limit_at=LIMIT, **changes)  # type: ignore[arg-type]


def _meeting(at: datetime, **changes: object) -> Meeting:
    meeting = Meeting(at=at, mode=Mode.TELEPHONE, mediator="李静", dial_in="400-000-0009")
    return replace(meeting, **changes)  # type: ignore[arg-type]


def _dues(case: Case, meeting: Meeting | None = None) -> list[Timer]:
    return timers(case, meeting, CN, ZONE)


def test_acceptance_has_three_business_days_that_end_with_the_borrowers_own() -> None:
    friday = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
    assert _dues(_case(CaseStatus.APPLIED, friday))[0] == Timer(
        Due.ACCEPTANCE_LATE, datetime(2026, 12, 2, 16, 0, tzinfo=UTC)
    )


def test_assignment_has_one_business_day() -> None:
    found = _dues(_case(CaseStatus.ACCEPTED))[0]
    assert found == Timer(Due.ASSIGNMENT_LATE, datetime(2026, 11, 24, 16, 0, tzinfo=UTC))


def test_a_meeting_is_reminded_of_a_day_and_an_hour_before_and_missed_when_it_is_over() -> None:
    at = NOON + timedelta(days=5)
    found = _dues(_case(CaseStatus.SCHEDULED), _meeting(at))
    assert found[:3] == [
        Timer(Due.MEETING_REMINDER, at - timedelta(hours=24)),
        Timer(Due.MEETING_REMINDER_LAST, at - timedelta(hours=1)),
        Timer(Due.RESULT_LATE, at + timedelta(hours=1)),
    ]


def test_a_meeting_called_off_reminds_of_nothing() -> None:
    case = _case(CaseStatus.SCHEDULED)
    assert [timer.due for timer in _dues(case, _meeting(NOON, cancelled=True))] == [Due.LIMIT]


def test_a_signature_has_seven_days_and_no_other_limit() -> None:
    assert _dues(_case(CaseStatus.SIGNING)) == [
        Timer(Due.UNSIGNED, datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
    ]


@pytest.mark.parametrize("status", [each for each in UNDER_WAY if each != CaseStatus.SIGNING])
def test_every_stage_until_the_signatures_ends_with_the_mediations_limit(status: CaseStatus) -> None:
    assert _dues(_case(status))[-1] == Timer(Due.LIMIT, LIMIT)


def test_until_it_is_accepted_the_limit_counts_from_the_application() -> None:
    applied = replace(_case(CaseStatus.APPLIED), limit_at=None)
    assert _dues(applied)[-1] == Timer(Due.LIMIT, NOON + timedelta(days=30))


@pytest.mark.parametrize("status", [each for each in CaseStatus if each not in UNDER_WAY])
def test_no_timer_runs_where_no_mediation_is_under_way(status: CaseStatus) -> None:
    assert _dues(_case(status)) == []


def test_the_next_timer_is_the_first_that_lies_ahead() -> None:
    at = NOON + timedelta(days=5)
    found = _dues(_case(CaseStatus.SCHEDULED), _meeting(at))
    assert next_timer(found, at - timedelta(hours=24)) == found[1]
    assert next_timer(found, LIMIT) is None


def test_a_reminder_that_the_next_one_has_overtaken_is_not_sent() -> None:
    at = NOON + timedelta(days=5)
    found = _dues(_case(CaseStatus.SCHEDULED), _meeting(at))
    assert [timer.due for timer in fallen_due(found, at - timedelta(hours=2))] == [Due.MEETING_REMINDER]
    assert [timer.due for timer in fallen_due(found, at)] == [Due.MEETING_REMINDER_LAST]
    assert [timer.due for timer in fallen_due(found, at + timedelta(hours=2))] == [Due.RESULT_LATE]


def test_every_status_after_an_answer_has_its_stage() -> None:
    assert set(STAGE_OF) == set(CaseStatus) - {CaseStatus.RECEIVED, CaseStatus.NOTICED}
    assert {STAGE_OF[status] for status in UNDER_WAY} == {
        Stage.ACCEPTANCE,
        Stage.ASSIGNMENT,
        Stage.SCHEDULING,
        Stage.MEETING,
        Stage.SESSION,
        Stage.DRAFTING,
        Stage.SIGNATURE,
    }


@pytest.mark.parametrize(
    ("status", "turn"),
    [
        (CaseStatus.APPLIED, CASE_STAFF),
        (CaseStatus.ACCEPTED, CASE_STAFF),
        (CaseStatus.ASSIGNED, "m-1"),
        (CaseStatus.SIGNING, "m-1"),
        (CaseStatus.BREACHED, CASE_STAFF),
        (CaseStatus.FEEDBACK, None),
        (CaseStatus.PLAN_ACTIVE, None),
    ],
)
def test_whose_turn_it_is(status: CaseStatus, turn: str | None) -> None:
    found = standing(_case(status, mediator="m-1"), None, CN, ZONE, NOON)
    assert found.worklist == turn
    assert (found.due_at is None) == (turn is None)


def test_there_is_writing_only_where_somebody_mediates() -> None:
    chaired = {status for status in CaseStatus if may_write(_case(status, mediator="m-1"))}
    assert chaired == set(CHAIRED)
    assert not any(may_write(_case(status)) for status in CaseStatus)
