"""A case: what follows from its head."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.case import Case, Overdue, status_after_feedback
from chalicelib.domain.codes import CaseStatus, ChannelName, Wish
from tests.samples import BORROWER, CASE_ID, NOON, amount, case

OVERDUE = Overdue(
    event_id="evt-1",
    event_time=datetime(2026, 11, 20, tzinfo=UTC),
    lender="demo-bank",
    loan="LN-1",
    borrower=BORROWER,
    amount=amount(),
    due_date=date(2026, 10, 18),
    overdue_since=date(2026, 10, 19),
    account_last4="6688",
)


def test_a_case_opens_with_the_events_balance_and_no_history() -> None:
    opened = Case.open(OVERDUE, CASE_ID, ("CN", "CN@1"), NOON)
    assert (opened.status, opened.opened_by) == (CaseStatus.RECEIVED, "evt-1")
    assert (opened.opened_at, opened.balance_at) == (NOON, OVERDUE.event_time)
    assert not opened.claims
    assert opened.numbered(3).id.generation == 3


@pytest.mark.parametrize(
    ("status", "is_open", "answered"),
    [
        (CaseStatus.RECEIVED, True, False),
        (CaseStatus.NOTICED, True, False),
        (CaseStatus.FEEDBACK, True, True),
        (CaseStatus.APPLIED, True, True),
        (CaseStatus.CLOSED, False, False),
    ],
)
def test_what_a_status_means(status: CaseStatus, is_open: bool, answered: bool) -> None:
    given = case(status=status)
    assert (given.is_open, given.answered) == (is_open, answered)


def test_a_wish_for_mediation_is_an_application() -> None:
    assert {wish: status_after_feedback(wish) for wish in Wish} == {
        Wish.YES: CaseStatus.APPLIED,
        Wish.NO: CaseStatus.FEEDBACK,
        Wish.UNSURE: CaseStatus.FEEDBACK,
    }


def test_days_past_due_count_from_the_due_date_and_are_never_negative() -> None:
    assert case().days_past_due == 33
    assert case(due_date=date(2026, 12, 1)).days_past_due == 0


def test_each_channel_has_its_address() -> None:
    assert BORROWER.address(ChannelName.SMS) == "+8613800138000"
    assert BORROWER.address(ChannelName.EMAIL) == "zhangwei@example.com"
