"""Rolling caps: what uses them up, and the moment they allow one more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.caps import Cap, Counting, Per, Pooled
from chalicelib.domain.codes import ChannelName, ContactState
from chalicelib.domain.keys import loan_key
from chalicelib.domain.rules import Certainty, Rule
from tests.domain.given import contact
from tests.samples import NOON

RULE = Rule("XX.cap", "policy", Certainty.LOW)
DAY = timedelta(days=1)


def _cap(**changes: Any) -> Cap:
    plain: dict[str, Any] = {
        "channels": frozenset({ChannelName.SMS, ChannelName.EMAIL}),
        "together": False,
        "most": 2,
        "days": 1,
        "counts": Counting.ATTEMPTS,
        "per": Per.PERSON,
        "pooled": Pooled.ALL_LENDERS,
    }
    return Cap(RULE, **(plain | changes))


def _free(cap: Cap, *contacts: Any, channel: ChannelName = ChannelName.SMS) -> datetime | None:
    return cap.free_from(contacts, channel, "demo-bank", loan_key("demo-bank", "LN-1"))


def test_below_the_cap_any_moment_is_free() -> None:
    assert _free(_cap(), contact(NOON)) is None


def test_at_the_cap_the_oldest_contact_has_to_age() -> None:
    hours = [NOON - timedelta(hours=hour) for hour in (5, 1, 30)]
    assert _free(_cap(), *map(contact, hours)) == hours[0] + DAY
    assert _free(_cap(most=3), *map(contact, hours)) == hours[2] + DAY


def test_each_channel_by_itself_or_all_together() -> None:
    both = contact(NOON), contact(NOON, ChannelName.EMAIL)
    assert _free(_cap(), *both) is None
    assert _free(_cap(together=True), *both) == NOON + DAY


def test_a_channel_the_cap_does_not_name_is_neither_counted_nor_bound() -> None:
    calls = [contact(NOON, ChannelName.VOICE)] * 3
    assert _free(_cap(together=True), *calls) is None
    assert _free(_cap(most=1), *calls, channel=ChannelName.VOICE) is None


@pytest.mark.parametrize(
    ("counts", "state", "counted"),
    [
        ("attempts", ContactState.FAILED, True),
        ("attempts", ContactState.PENDING, True),
        ("reached", ContactState.FAILED, False),
        ("reached", ContactState.PENDING, True),
        ("reached", ContactState.REACHED, True),
    ],
)
def test_what_became_of_an_attempt(counts: str, state: ContactState, counted: bool) -> None:
    cap = _cap(counts=Counting(counts), most=1)
    assert (_free(cap, contact(NOON, state=state)) is not None) == counted


@pytest.mark.parametrize(("per", "counted"), [("person", True), ("debt", False)])
def test_contacts_about_another_debt(per: str, counted: bool) -> None:
    other = contact(NOON, loan_key=loan_key("demo-bank", "LN-2"))
    assert (_free(_cap(per=Per(per), most=1), other) is not None) == counted


@pytest.mark.parametrize(("pooled", "counted"), [("all_lenders", True), ("own_lender", False)])
def test_contacts_by_another_lender(pooled: str, counted: bool) -> None:
    other = contact(NOON, lender="other-bank")
    assert (_free(_cap(pooled=Pooled(pooled), most=1), other) is not None) == counted


def test_a_cap_that_is_switched_off_binds_nobody() -> None:
    assert _free(_cap(most=1, enabled=False), contact(NOON)) is None
