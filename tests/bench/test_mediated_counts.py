"""What a mediated case costs on AWS, part by part: a call more, or a bigger unit, turns this red."""

from __future__ import annotations

import pytest

from tests.bench.mediated import MediatedCounts, count
from tests.bench.record import Tally

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

# As measured; who changes a number says in the commit why it is worth it. Each signature of the staff is a
# part of its own, so that what a code costs there is seen there alone.
EXPECTED = {
    "application": Tally(
        {
            "dynamodb:GetItem": 5,
            "dynamodb:TransactWriteItems": 1,
            "sfn:SendTaskSuccess": 2,
            "dynamodb:PutItem": 2,
        },
        writes=7,
        reads=5.0,
    ),
    "acceptance, assignment": Tally(
        {
            "dynamodb:GetItem": 4,
            "dynamodb:Query": 6,
            "dynamodb:TransactWriteItems": 2,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:PutItem": 1,
        },
        writes=13,
        reads=9.5,
    ),
    "times offered": Tally(
        {
            "dynamodb:GetItem": 6,
            "dynamodb:Query": 3,
            "dynamodb:PutItem": 3,
            "sfn:StartExecution": 1,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 2,
            "dynamodb:TransactWriteItems": 1,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "dynamodb:UpdateItem": 1,
            "sfn:SendTaskSuccess": 1,
        },
        writes=11,
        reads=9.0,
    ),
    "booking": Tally(
        {
            "dynamodb:GetItem": 9,
            "dynamodb:Query": 7,
            "dynamodb:TransactWriteItems": 2,
            "sfn:StartExecution": 1,
            "sfn:SendTaskSuccess": 2,
            "dynamodb:PutItem": 3,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 2,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "dynamodb:UpdateItem": 1,
        },
        writes=19,
        reads=16.0,
    ),
    "two reminders": Tally(
        {
            "dynamodb:GetItem": 14,
            "dynamodb:Query": 12,
            "sfn:StartExecution": 2,
            "dynamodb:PutItem": 8,
            "dynamodb:BatchWriteItem": 2,
            "s3:PutObject": 4,
            "dynamodb:TransactWriteItems": 2,
            "pinpoint-sms-voice-v2:SendTextMessage": 2,
            "dynamodb:UpdateItem": 2,
            "sfn:SendTaskSuccess": 2,
        },
        writes=27,
        reads=27.0,
    ),
    "session": Tally(
        {
            "dynamodb:GetItem": 4,
            "dynamodb:Query": 1,
            "dynamodb:TransactWriteItems": 1,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:PutItem": 1,
        },
        writes=9,
        reads=5.0,
    ),
    "draft": Tally(
        {
            "dynamodb:GetItem": 6,
            "dynamodb:Query": 1,
            "dynamodb:TransactWriteItems": 1,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:PutItem": 1,
        },
        writes=7,
        reads=7.0,
    ),
    "final text": Tally(
        {
            "dynamodb:GetItem": 12,
            "dynamodb:Query": 8,
            "s3:PutObject": 3,
            "dynamodb:TransactWriteItems": 2,
            "sfn:SendTaskSuccess": 2,
            "sfn:StartExecution": 1,
            "dynamodb:PutItem": 4,
            "dynamodb:BatchWriteItem": 1,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "dynamodb:UpdateItem": 1,
        },
        writes=23,
        reads=25.5,
    ),
    "code for the borrower": Tally(
        {
            "dynamodb:Query": 3,
            "dynamodb:GetItem": 9,
            "dynamodb:PutItem": 3,
            "sfn:StartExecution": 1,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 2,
            "dynamodb:TransactWriteItems": 1,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "dynamodb:UpdateItem": 1,
            "sfn:SendTaskSuccess": 1,
        },
        writes=14,
        reads=15.0,
    ),
    "borrower signs": Tally(
        {
            "dynamodb:GetItem": 6,
            "dynamodb:Query": 3,
            "dynamodb:UpdateItem": 1,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:BatchWriteItem": 1,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:PutItem": 1,
        },
        writes=11,
        reads=12.0,
    ),
    "creditor signs": Tally(
        {
            "dynamodb:Query": 4,
            "dynamodb:GetItem": 7,
            "dynamodb:PutItem": 1,
            "dynamodb:UpdateItem": 1,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:BatchWriteItem": 1,
        },
        writes=11,
        reads=16.0,
    ),
    "mediator signs, seal, plan": Tally(
        {
            "dynamodb:Query": 13,
            "dynamodb:GetItem": 13,
            "dynamodb:PutItem": 2,
            "dynamodb:UpdateItem": 2,
            "dynamodb:TransactWriteItems": 2,
            "dynamodb:BatchWriteItem": 1,
            "s3:GetObject": 1,
            "kms:Sign": 1,
            "s3:PutObject": 1,
            "sfn:SendTaskSuccess": 1,
            "sfn:StartExecution": 1,
        },
        writes=25,
        reads=36.0,
    ),
    "reminder 1": Tally(
        {
            "dynamodb:GetItem": 16,
            "dynamodb:Query": 14,
            "sfn:StartExecution": 2,
            "dynamodb:PutItem": 7,
            "dynamodb:UpdateItem": 4,
            "dynamodb:BatchWriteItem": 2,
            "s3:PutObject": 4,
            "dynamodb:TransactWriteItems": 2,
            "pinpoint-sms-voice-v2:SendTextMessage": 2,
            "sfn:SendTaskSuccess": 2,
        },
        writes=35,
        reads=40.0,
    ),
    "payment 1": Tally(
        {
            "dynamodb:Query": 4,
            "dynamodb:PutItem": 2,
            "sqs:SendMessage": 1,
            "dynamodb:GetItem": 8,
            "dynamodb:TransactWriteItems": 1,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:UpdateItem": 1,
        },
        writes=16,
        reads=12.0,
    ),
    "reminder 2": Tally(
        {
            "dynamodb:GetItem": 8,
            "dynamodb:Query": 5,
            "sfn:StartExecution": 1,
            "dynamodb:PutItem": 3,
            "dynamodb:UpdateItem": 2,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 2,
            "dynamodb:TransactWriteItems": 1,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "sfn:SendTaskSuccess": 1,
        },
        writes=16,
        reads=15.0,
    ),
    "payment 2": Tally(
        {
            "dynamodb:Query": 4,
            "dynamodb:PutItem": 2,
            "sqs:SendMessage": 1,
            "dynamodb:GetItem": 8,
            "dynamodb:TransactWriteItems": 1,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:UpdateItem": 1,
        },
        writes=16,
        reads=12.0,
    ),
    "reminder 3": Tally(
        {
            "dynamodb:GetItem": 8,
            "dynamodb:Query": 5,
            "sfn:StartExecution": 1,
            "dynamodb:PutItem": 3,
            "dynamodb:UpdateItem": 2,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 2,
            "dynamodb:TransactWriteItems": 1,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "sfn:SendTaskSuccess": 1,
        },
        writes=16,
        reads=16.0,
    ),
    "payment 3": Tally(
        {
            "dynamodb:Query": 5,
            "dynamodb:PutItem": 2,
            "sqs:SendMessage": 1,
            "dynamodb:GetItem": 9,
            "dynamodb:TransactWriteItems": 2,
            "sfn:StartExecution": 1,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 1,
            "sesv2:SendEmail": 1,
        },
        writes=21,
        reads=17.0,
    ),
}
TRANSITIONS = {
    "application": 4,
    "acceptance, assignment": 3,
    "times offered": 2,
    "booking": 5,
    "two reminders": 10,
    "session": 3,
    "draft": 3,
    "final text": 5,
    "code for the borrower": 2,
    "borrower signs": 3,
    "creditor signs": 0,
    "mediator signs, seal, plan": 6,
    "reminder 1": 10,
    "payment 1": 3,
    "reminder 2": 5,
    "payment 2": 3,
    "reminder 3": 5,
    "payment 3": 4,
}


@pytest.fixture(scope="module")
def counts() -> MediatedCounts:
    return count()


@pytest.mark.parametrize("part", EXPECTED)
def test_calls_and_units(counts: MediatedCounts, part: str) -> None:
    assert counts.parts[part] == EXPECTED[part]


def test_every_part_is_counted(counts: MediatedCounts) -> None:
    assert list(counts.parts) == list(EXPECTED)


def test_each_state_entered_is_a_transition(counts: MediatedCounts) -> None:
    assert counts.transitions == TRANSITIONS


def test_the_mediated_case_as_a_whole(counts: MediatedCounts) -> None:
    whole = counts.whole
    found = (sum(whole.calls.values()), whole.writes, whole.reads, sum(counts.transitions.values()))
    assert found == (431, 297, 295, 76)
