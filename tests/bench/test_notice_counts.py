"""What one notice costs on AWS, channel by channel: a call more, or a bigger unit, turns this red."""

from __future__ import annotations

import pytest

from tests.bench.notice_counts import count_notices
from tests.bench.record import Tally

# The case, its wait (or watch), the person, the timeline; link and wait; the claim; the record.
_ROAD = {
    "dynamodb:GetItem": 3,
    "dynamodb:Query": 1,
    "dynamodb:BatchWriteItem": 1,
    "s3:PutObject": 1,  # the message, byte for byte
    "dynamodb:TransactWriteItems": 1,
    "dynamodb:PutItem": 1,
}
_FIRST = {"sfn:StartExecution": 1}  # a case's own send has its delivery seen through

EXPECTED = {
    "SMS": _ROAD | _FIRST | {"pinpoint-sms-voice-v2:SendTextMessage": 1},
    "e-mail": _ROAD | _FIRST | {"sesv2:SendEmail": 1},
    "letter": _ROAD | {"s3:PutObject": 4},  # its pages too, then pages and manifest for the print house
    "in-app": _ROAD,  # the lender's app is not on AWS
}


@pytest.fixture(scope="module")
def counted() -> dict[str, Tally]:
    return count_notices()


@pytest.mark.parametrize("channel", EXPECTED)
def test_calls_and_units_of_a_notice(counted: dict[str, Tally], channel: str) -> None:
    assert counted[channel] == Tally(EXPECTED[channel], writes=8, reads=4)


def test_every_channel_counted_is_asserted(counted: dict[str, Tally]) -> None:
    assert counted.keys() == EXPECTED.keys()
