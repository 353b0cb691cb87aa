"""What a plain case costs on AWS, call by call: a call more, or a bigger unit, turns this red."""

from __future__ import annotations

import pytest

from tests.bench.counts import PLAIN, Counts, count
from tests.bench.record import Tally

# As measured; who changes a number says in the commit why it is worth it.
EXPECTED = {
    "intake": Tally({"dynamodb:PutItem": 1, "sqs:SendMessage": 1}, writes=1, reads=0),
    "open": Tally(
        {"dynamodb:GetItem": 1, "dynamodb:PutItem": 1, "sfn:StartExecution": 1},
        writes=2,  # the case and its index entry
        reads=1,
    ),
    "notify": Tally(
        {
            "dynamodb:GetItem": 1,
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:UpdateItem": 2,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "sesv2:SendEmail": 1,
            "dynamodb:PutItem": 2,
        },
        writes=6,
        reads=1,
    ),
    "remind": Tally(
        {
            "dynamodb:GetItem": 1,
            "dynamodb:Query": 1,
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:UpdateItem": 1,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "dynamodb:PutItem": 1,
        },
        writes=4,
        reads=2,
    ),
    "verify": Tally(
        {"dynamodb:GetItem": 2, "dynamodb:UpdateItem": 1, "dynamodb:BatchWriteItem": 1},
        writes=3,
        reads=1.5,
    ),
    "read": Tally({"dynamodb:GetItem": 2}, writes=0, reads=2),
    "answer": Tally(
        {
            "dynamodb:GetItem": 3,
            "dynamodb:TransactWriteItems": 1,
            "sfn:SendTaskSuccess": 1,
            "dynamodb:Query": 1,
        },
        writes=4,  # two items, twice for the transaction
        reads=4,
    ),
    "answered": Tally({"dynamodb:PutItem": 1, "dynamodb:GetItem": 1}, writes=1, reads=1),
    "close": Tally({"dynamodb:UpdateItem": 1}, writes=1, reads=0),
    "receipt": Tally({"dynamodb:PutItem": 1}, writes=1, reads=0),
}
STATES = ("Notify", "Remind", "Answered", "LimitPassed", "Closed")
PAGES = {
    "GET /n/{token}",
    "GET /my/info",
    "GET /my/notice",
    "GET /my/feedback",
    "POST /my/feedback",
    "GET /my/done",
}


@pytest.fixture(scope="module")
def counts() -> Counts:
    return count()


@pytest.mark.parametrize("phase", EXPECTED)
def test_calls_and_units(counts: Counts, phase: str) -> None:
    assert counts.phases[phase] == EXPECTED[phase]


def test_every_phase_is_counted(counts: Counts) -> None:
    assert counts.phases.keys() == EXPECTED.keys()
    assert set(PLAIN) == EXPECTED.keys() - {"receipt"}


def test_the_plain_case_as_a_whole(counts: Counts) -> None:
    plain = counts.plain
    assert (sum(plain.calls.values()), plain.writes, plain.reads) == (34, 22, 12.5)


def test_each_state_entered_is_a_transition(counts: Counts) -> None:
    assert counts.states == STATES


def test_pages_fit_one_round_trip(counts: Counts) -> None:
    # 14 KB is what a server sends before the first acknowledgement (ten segments, RFC 6928).
    assert counts.pages.keys() == PAGES
    assert {name: size for name, size in counts.pages.items() if size > 14 * 1024} == {}


def test_the_head_stays_within_one_unit(counts: Counts) -> None:
    assert 0 < counts.head_bytes <= 1024
