"""What a plain case costs on AWS, call by call: a call more, or a bigger unit, turns this red."""

from __future__ import annotations

import pytest

from tests.bench.counts import PLAIN, Counts, count
from tests.bench.record import Tally
from tests.walk import FEEDBACK

# Waiting for a receipt: store the watch, then look again for one that came before it.
WATCHED = Tally({"dynamodb:GetItem": 3, "dynamodb:Query": 2, "dynamodb:PutItem": 1}, writes=1, reads=5)
# The first receipt of delivery: kept, told, the step marked as arrived, its delivery ended.
RECEIPT = Tally(
    {
        "dynamodb:GetItem": 2,
        "s3:PutObject": 1,
        "dynamodb:PutItem": 1,
        "dynamodb:UpdateItem": 1,
        "sfn:SendTaskSuccess": 1,
    },
    writes=2,
    reads=2,
)

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
            "dynamodb:GetItem": 4,  # case, wait, person, and the person again after the first send
            "dynamodb:Query": 1,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 2,
            "dynamodb:TransactWriteItems": 2,  # case and person: four units each
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "sesv2:SendEmail": 1,
            "dynamodb:PutItem": 2,
            "sfn:StartExecution": 1,
        },
        writes=15,  # a link per channel, the check code and the case reference with them
        reads=5,
    ),
    "notify, watched": WATCHED,
    "notify, receipt": RECEIPT,
    "remind": Tally(
        {
            "dynamodb:GetItem": 3,
            "dynamodb:Query": 1,
            "dynamodb:BatchWriteItem": 1,
            "s3:PutObject": 1,
            "dynamodb:TransactWriteItems": 1,
            "pinpoint-sms-voice-v2:SendTextMessage": 1,
            "dynamodb:PutItem": 1,
            "sfn:StartExecution": 1,
        },
        writes=8,
        reads=4,
    ),
    "remind, watched": WATCHED,
    "remind, receipt": RECEIPT,
    "verify": Tally(
        {"dynamodb:GetItem": 2, "dynamodb:UpdateItem": 2, "dynamodb:BatchWriteItem": 1},
        writes=5,  # tries are counted, and forgotten, by link and by case
        reads=1.5,
    ),
    "read": Tally({"dynamodb:GetItem": 2}, writes=0, reads=2),
    "answer": Tally(
        {
            "dynamodb:GetItem": 22,  # six questions, each asked and answered: the draft; the case at some
            "dynamodb:PutItem": 1,
            "dynamodb:UpdateItem": 6,
            "dynamodb:TransactWriteItems": 1,
            "sfn:SendTaskSuccess": 1,
            "sfn:StartExecution": 1,
        },
        writes=11,  # two items of the transaction, twice
        reads=22,
    ),
    "answered": Tally({"dynamodb:PutItem": 1, "dynamodb:GetItem": 1}, writes=1, reads=1),
    "close": Tally({"dynamodb:Query": 1, "dynamodb:UpdateItem": 1}, writes=1, reads=1),  # was it taken back?
}
STATES = ("Notify", "Remind", "Answered", "LimitPassed", "Closed")
PAGES = {
    "GET /n/{token}",
    "GET /my/info",
    "GET /my/notice",
    *(f"GET /my/form/feedback/{page}" for page in (*FEEDBACK, "check", "done") if page != "mode"),
}


@pytest.fixture(scope="module")
def counts() -> Counts:
    return count()


@pytest.mark.parametrize("phase", EXPECTED)
def test_calls_and_units(counts: Counts, phase: str) -> None:
    assert counts.phases[phase] == EXPECTED[phase]


def test_every_phase_is_counted(counts: Counts) -> None:
    assert counts.phases.keys() == EXPECTED.keys()
    assert set(PLAIN) == EXPECTED.keys()


def test_the_plain_case_as_a_whole(counts: Counts) -> None:
    plain = counts.plain
    assert (sum(plain.calls.values()), plain.writes, plain.reads) == (97, 50, 51.5)


def test_each_state_entered_is_a_transition(counts: Counts) -> None:
    assert counts.states == STATES


def test_pages_fit_one_round_trip(counts: Counts) -> None:
    # 14 KB is what a server sends before the first acknowledgement (ten segments, RFC 6928).
    assert counts.pages.keys() == PAGES
    assert {name: size for name, size in counts.pages.items() if size > 14 * 1024} == {}


def test_the_head_stays_within_one_unit(counts: Counts) -> None:
    assert 0 < counts.head_bytes <= 1024
