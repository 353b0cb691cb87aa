"""May this message go now: what forbids for good comes before what only asks to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName
from chalicelib.domain.contact_rules import Decision, Verdict, decide
from tests.samples import NIGHT, NOON, amount, borrower, case

CN = profiles.of_version("CN", "CN@1")


def _decide(given: Case, at: datetime = NOON, channel: ChannelName = ChannelName.SMS) -> Decision:
    return decide(given, channel, CN, at)


def test_a_plain_case_by_day_is_allowed_under_the_window_rule() -> None:
    assert _decide(case()) == Decision(Verdict.ALLOW, "CN.contact_window", "CN@1", None)


def test_by_night_it_is_deferred_to_eight_in_the_morning() -> None:
    opening = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert _decide(case(), NIGHT) == Decision(Verdict.DEFER, "CN.contact_window", "CN@1", opening)


def test_the_borrowers_own_zone_counts() -> None:
    in_new_york = case(borrower=borrower(timezone="America/New_York"))
    assert _decide(in_new_york, NOON).not_before == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert _decide(in_new_york, NIGHT).verdict == Verdict.ALLOW


def test_every_reason_in_its_order() -> None:
    """A case with every obstacle at once; each one taken away shows the next."""
    worst = case(
        status=CaseStatus.CLOSED,
        holds=frozenset({"DISPUTE"}),
        opted_out=frozenset({ChannelName.SMS}),
        borrower=borrower(phone=None),
    )
    answered = replace(worst, status=CaseStatus.FEEDBACK)
    held = replace(worst, status=CaseStatus.NOTICED)
    silenced = replace(held, holds=frozenset())
    unreachable = replace(silenced, opted_out=frozenset())
    late = replace(unreachable, borrower=borrower())
    rules = [_decide(each, NIGHT).rule for each in (worst, answered, held, silenced, unreachable, late)]
    assert rules == [
        "case.closed",
        "case.answered",
        "CN.dispute_hold",
        "CN.opt_out",
        "person.no_address",
        "CN.contact_window",
    ]


@pytest.mark.parametrize("status", [CaseStatus.FEEDBACK, CaseStatus.APPLIED])
def test_an_answered_case_gets_no_message(status: CaseStatus) -> None:
    assert _decide(case(status=status)).verdict == Verdict.DENY


def test_an_open_case_without_debt_counts_as_closed() -> None:
    assert _decide(case(amount=amount(0))).rule == "case.closed"


def test_silencing_one_channel_leaves_the_other() -> None:
    given = case(opted_out=frozenset({ChannelName.SMS}))
    assert _decide(given).verdict == Verdict.DENY
    assert _decide(given, channel=ChannelName.EMAIL).verdict == Verdict.ALLOW


def test_each_channel_needs_its_own_address() -> None:
    given = case(borrower=borrower(email=None))
    assert _decide(given, channel=ChannelName.EMAIL).rule == "person.no_address"
    assert _decide(given).verdict == Verdict.ALLOW


@pytest.mark.parametrize("hold", ["DISPUTE", "MORATORIUM", "INSOLVENCY", "DECEASED"])
@pytest.mark.parametrize("channel", list(ChannelName))
def test_any_hold_silences_every_channel(hold: str, channel: ChannelName) -> None:
    assert _decide(case(holds=frozenset({hold})), channel=channel).verdict == Verdict.DENY
