"""Where a plan stands: the borrower's own days, also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.codes import CaseStatus, HoldKind, Stage
from chalicelib.domain.moments import stamp
from chalicelib.domain.plan_stage import hold_over, is_cured, is_held, seen, standing, timers_of
from chalicelib.domain.repayment_plan import Instalment, monthly
from tests.domain.given import SHIPPED, debt, profile
from tests.samples import NOON

CN = profile("CN")
SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
PLAN = monthly("CNY", 300, 3, date(2026, 12, 3))


@pytest.mark.parametrize("version", SHIPPED, ids=lambda one: one.version)
def test_three_days_ahead_and_five_of_grace_everywhere(version: object) -> None:
    timers = timers_of(Instalment(1, date(2026, 12, 3), 100), version, SHANGHAI)  # type: ignore[arg-type]
    assert timers.remind_at.astimezone(SHANGHAI) == datetime(2026, 11, 30, 10, tzinfo=SHANGHAI)
    assert timers.due_until.astimezone(SHANGHAI) == datetime(2026, 12, 4, tzinfo=SHANGHAI)
    assert timers.grace_until.astimezone(SHANGHAI) == datetime(2026, 12, 9, tzinfo=SHANGHAI)


def test_a_day_ends_by_the_borrowers_own_clock_also_when_it_changes() -> None:
    """On 8 March 2026 New York's clocks go forward: midnight after it is 04:00 UTC, before it 05:00."""
    timers = timers_of(Instalment(1, date(2026, 3, 8), 100), profile("US"), NEW_YORK)
    assert timers.due_until == datetime(2026, 3, 9, 4, tzinfo=UTC)
    assert timers.remind_at == datetime(2026, 3, 5, 15, tzinfo=UTC)


def test_stages_follow_one_another_without_a_gap() -> None:
    first = timers_of(PLAN.instalments[0], CN, SHANGHAI)
    edges = [
        (first.remind_at, Stage.UPCOMING, Stage.DUE),
        (first.due_until, Stage.DUE, Stage.GRACE),
        (first.grace_until, Stage.GRACE, Stage.BREACHED),
    ]
    for edge, before, after in edges:
        earlier = standing(PLAN, CN, SHANGHAI, edge - timedelta(seconds=1))
        assert (earlier.stage, earlier.until) == (before, edge)
        assert standing(PLAN, CN, SHANGHAI, edge).stage == after


def test_a_plan_that_is_paid_has_no_timer() -> None:
    paid = monthly("CNY", 1, 1, date(2026, 12, 3))
    done = type(paid)("CNY", 1, (Instalment(1, date(2026, 12, 3), 1, 1),))
    found = standing(done, CN, SHANGHAI, datetime(2030, 1, 1, tzinfo=UTC))
    assert (found.stage, found.until, found.instalment) == (Stage.COMPLETED, None, None)


@pytest.mark.parametrize(("today", "cured"), [(date(2026, 12, 3), True), (date(2026, 12, 4), False)])
def test_a_breach_is_cured_when_nothing_is_late(today: date, cured: bool) -> None:
    assert is_cured(PLAN, today) is cured


@pytest.mark.parametrize("kind", HoldKind)
def test_every_hold_of_collection_stays_a_breach(kind: HoldKind) -> None:
    assert is_held(debt(holds=frozenset({kind.value})), CN, NOON)
    assert not is_held(debt(), CN, NOON)


def test_a_laid_hold_ends_by_its_term_and_one_without_has_to_be_lifted() -> None:
    end = NOON + timedelta(days=30)
    hardship = debt(laid={"HARDSHIP": stamp(end)})
    both = debt(laid={"HARDSHIP": stamp(end), "INSOLVENCY": ""})
    disputed = debt(laid={"HARDSHIP": stamp(end)}, holds=frozenset({"DISPUTE"}))
    assert is_held(hardship, CN, end - timedelta(seconds=1))
    assert not is_held(hardship, CN, end)
    assert [hold_over(each, CN, NOON) for each in (hardship, both, disputed)] == [end, None, None]
    assert is_held(both, CN, end)


def test_what_a_stage_rests_on_changes_with_status_plan_and_instalment() -> None:
    case = debt(status=CaseStatus.PLAN_ACTIVE)
    later = PLAN.following(PLAN)
    assert (later.sequence, later.generation) == (1, 2)
    found = {seen(case, PLAN), seen(debt(status=CaseStatus.BREACHED), PLAN), seen(case, later)}
    assert len(found) == 3
