"""When a one-time code may be sent, over which channel, and until when it is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import profiles
from chalicelib.domain.access import GOOD, MOST_OF_A_CASE, Issued, channel_for, issue
from chalicelib.domain.codes import ChannelName, Purpose
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.person import Person
from tests.samples import NOON, borrower

SMS, EMAIL = ChannelName.SMS, ChannelName.EMAIL
FIRST = Issued(1, EMAIL, (NOON,))
NOBODY = Person("p" * 22)


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (SMS, EMAIL),
        (ChannelName.VOICE, EMAIL),
        (EMAIL, SMS),
        (ChannelName.LETTER, SMS),
        (ChannelName.IN_APP, SMS),
        (None, None),
    ],
)
def test_a_code_goes_over_another_channel_than_its_link(
    link: ChannelName | None, code: ChannelName | None
) -> None:
    assert channel_for(link, borrower(), NOBODY) == code


def test_who_has_one_address_only_gets_no_code_over_it() -> None:
    assert channel_for(SMS, borrower(email=None), NOBODY) is None
    assert channel_for(EMAIL, borrower(phone=None), NOBODY) is None


def test_codes_are_numbered_apart_and_few() -> None:
    assert issue(None, EMAIL, NOON) == FIRST
    assert issue(FIRST, SMS, NOON + timedelta(seconds=29)) is None
    second = issue(FIRST, SMS, NOON + timedelta(seconds=30))
    assert second is not None
    assert (second.number, second.step) == (2, "access_code-2-SMS")
    third = issue(second, SMS, NOON + timedelta(minutes=2))
    assert third is not None
    assert issue(third, SMS, NOON + timedelta(minutes=59, seconds=59)) is None
    assert issue(third, SMS, NOON + timedelta(hours=1)) is not None
    assert issue(replace(FIRST, number=MOST_OF_A_CASE), SMS, NOON + timedelta(days=9)) is None


def test_a_code_is_good_for_ten_minutes_and_once() -> None:
    assert FIRST.good_at(NOON + GOOD - timedelta(seconds=1))
    assert not FIRST.good_at(NOON + GOOD)
    assert not replace(FIRST, used=True).good_at(NOON)


@pytest.mark.parametrize("jurisdiction", ["CN", "US", "GB", "EU"])
def test_a_message_that_carries_a_code_has_one_channel_and_ten_minutes(jurisdiction: str) -> None:
    step = profiles.of_version(jurisdiction, f"{jurisdiction}@1").step_named("access_code-3-EMAIL")
    assert (step.channels, step.fallback, step.useful) == ((EMAIL,), (), int(GOOD.total_seconds()))
    assert (step.name, step.template) == ("access_code-3-EMAIL", "access_code")
    assert step.purpose == Purpose.REPLY


@pytest.mark.parametrize("name", ["access_code-3-LETTER", "first_notice-2-SMS", "access_code-"])
def test_what_is_no_such_message_is_told(name: str) -> None:
    with pytest.raises(InvalidProfile):
        profiles.of_version("CN", "CN@1").step_named(name)
