"""The one reminder of the application to a court: at half of its term, until both sides have joined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.agreement import Party, Signature
from chalicelib.domain.codes import FactKind
from chalicelib.repayment import court
from chalicelib.store import agreements, facts
from chalicelib.store.facts import Fact
from tests.api.test_my_case import AGREEMENT
from tests.repayment.keeper import Keeper
from tests.repayment.test_timers import EACH, local
from tests.samples import CASE_ID

HALF = datetime(2026, 12, 8, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, fifteen days after the effect
NAME = "court_reminder-0"


@pytest.fixture
def agreed(keeper: Keeper) -> Keeper:
    """A plan whose agreement took effect a moment ago; its first instalment is paid."""
    signed = tuple(Signature(party, AGREEMENT.digest, keeper.now) for party in Party)
    agreements.append(CASE_ID, replace(AGREEMENT, signatures=signed), keeper.now)
    keeper.pay(EACH)
    return keeper


def _joins(keeper: Keeper, *parties: Party) -> None:
    for party in parties:
        facts.append(
            Fact(CASE_ID, FactKind.CONFIRMATION, keeper.now, (AGREEMENT.digest, party.value), {"by": ""})
        )


def test_at_half_of_the_term_he_is_reminded_once(agreed: Keeper) -> None:
    agreed.to(HALF - timedelta(seconds=1))
    assert NAME not in agreed.told()
    agreed.to(HALF)
    assert agreed.told()[-1] == NAME
    text = agreed.scene.sms.sent[-1].text
    assert "AG-1" in text
    assert "12月23日" in text
    assert agreed.stage == "Upcoming"
    sent = len(agreed.scene.sms.sent)
    agreed.to(HALF + timedelta(days=10))
    assert len(agreed.scene.sms.sent) == sent


@pytest.mark.parametrize("joined", [(Party.BORROWER,), (Party.BORROWER, Party.CREDITOR)])
def test_once_both_have_joined_nobody_is_reminded(agreed: Keeper, joined: tuple[Party, ...]) -> None:
    _joins(agreed, *joined)
    agreed.to(HALF + timedelta(days=1))
    assert (NAME in agreed.told()) == (len(joined) == 1)


def test_a_reminder_on_its_way_is_needless_once_both_have_joined_or_the_term_is_over(agreed: Keeper) -> None:
    agreed.to(HALF)
    assert not court.is_needless(agreed.case, NAME, agreed.now)
    assert court.is_needless(agreed.case, NAME, datetime(2026, 12, 23, 16, 0, tzinfo=UTC))
    assert not court.is_needless(agreed.case, "meeting_reminder-1", agreed.now)
    _joins(agreed, *Party)
    assert court.is_needless(agreed.case, NAME, agreed.now)


def test_where_no_agreement_is_in_force_nothing_is_awaited(keeper: Keeper) -> None:
    keeper.pay(EACH)
    keeper.to(local(20))
    assert NAME not in keeper.told()
