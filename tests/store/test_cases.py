"""Cases in the table: each change one conditional write that loses to whatever forbids it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from pynamodb.exceptions import UpdateError

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import CaseClosed, NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.said import Unopened, mark, restated, settled
from chalicelib.store import cases, facts, words
from chalicelib.store.case_rows import to_row
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow
from tests import told
from tests.answered import answer
from tests.samples import CASE_ID, KEY, NOON, amount, borrower, case
from tests.scene import Scene

pytestmark = pytest.mark.usefixtures("scene")

SMS, EMAIL = "first_notice#SMS", "first_notice#EMAIL"
MINE = "attempt1@1795406400"
LATER = NOON + timedelta(hours=1)
FULL = case(
    status=CaseStatus.NOTICED,
    noticed_at=NOON,
    holds=frozenset({"DISPUTE", "HARDSHIP"}),
    reached=frozenset({"first_notice"}),
    claims={SMS: MINE, EMAIL: MINE},
    outcome=Outcome.NO_RESPONSE,
    closed_at=LATER,
    closed_reason="no answer",
)


BLANK = Unopened(KEY, "demo-bank", "LN-2026-000001", NOON)
BARE = borrower(phone=None, timezone=None)
POSTAL = borrower(phone=None, email=None, postal=("张伟", "上海市浦东新区", "世纪大道1号"), app_user="u-1")


def _stored(**changes: Any) -> Case:
    given = case(**changes)
    to_row(given).save()
    return given


def _settle(at: datetime = LATER) -> Case | None:
    return told.settle(CASE_ID, "paid", NOON, at)


@pytest.mark.parametrize("given", [case(), FULL, case(borrower=BARE), case(borrower=POSTAL)])
def test_a_case_reads_back_as_it_was_written(given: Case) -> None:
    to_row(given).save()
    assert cases.get(CASE_ID) == given
    assert cases.latest(KEY) == given


def test_only_the_first_opens_a_loans_case() -> None:
    assert cases.open_first(case()) is True
    assert cases.open_first(case(opened_by="evt-2")) is False
    assert cases.get(CASE_ID).opened_by == case().opened_by


def test_an_unknown_loan_is_unknown() -> None:
    assert cases.latest(KEY) is None
    with pytest.raises(NotFound):
        cases.get(CASE_ID)


@pytest.mark.parametrize("generation", [0, 2, 9])
def test_no_case_is_found_under_another_generation(generation: int) -> None:
    _stored()
    with pytest.raises(NotFound):
        cases.get(CaseId(KEY, generation))


def test_the_next_case_takes_the_head_and_the_last_one_is_kept() -> None:
    last = _stored(status=CaseStatus.CLOSED, outcome=Outcome.SETTLED_OUTSIDE, closed_at=NOON)
    following = case(opened_by="evt-2").numbered(2)
    assert cases.open_next(following, last) is True
    assert cases.latest(KEY) == following
    assert cases.get(CASE_ID) == last
    assert cases.open_next(case(opened_by="evt-3").numbered(2), last) is False
    assert cases.latest(KEY) == following


def test_no_next_case_while_one_is_open() -> None:
    before = _stored()
    assert cases.open_next(case(opened_by="evt-2").numbered(2), before) is False
    assert cases.latest(KEY) == before


def test_a_loan_paid_before_its_case_gets_its_first_case_later() -> None:
    paid = settled(BLANK, NOON, mark(NOON))
    assert words.note(None, paid)
    assert cases.latest(KEY) == paid
    with pytest.raises(NotFound):
        cases.get(CaseId(KEY, 0))
    assert cases.open_first(case()) is False
    assert cases.open_next(case(), paid) is True
    assert cases.latest(KEY) == case()


def test_what_was_read_of_a_loan_without_a_case_loses_to_a_later_word() -> None:
    first = settled(BLANK, NOON, mark(NOON))
    later = settled(first, LATER, mark(LATER))
    assert words.note(None, first)
    assert not words.note(None, later)
    assert words.note(first, later)
    assert not words.note(first, settled(first, NOON, mark(NOON, 1)))
    assert cases.open_next(case(), first) is False
    assert cases.open_next(case(), later) is True
    assert not words.note(later, settled(later, LATER, mark(LATER, 1)))


def test_which_events_opened_a_case_of_the_loan() -> None:
    last = _stored(status=CaseStatus.CLOSED)
    cases.open_next(case(opened_by="evt-2").numbered(2), last)
    asked = [last.opened_by, "evt-2", "evt-3"]
    assert [cases.opened_by(KEY, event) for event in asked] == [True, True, False]


def test_a_newer_balance_is_put_on_record_and_an_older_or_equal_one_is_not() -> None:
    _stored()
    assert told.restate(CASE_ID, amount(500), LATER)
    newer = cases.get(CASE_ID)
    assert (newer.amount.total, newer.balance_at) == (500, LATER)
    assert not told.restate(CASE_ID, amount(700), LATER)
    assert not told.restate(CASE_ID, amount(900), NOON)
    assert cases.get(CASE_ID) == newer


def test_a_word_on_what_was_read_loses_to_one_since() -> None:
    before = _stored()
    assert told.restate(CASE_ID, amount(500), LATER)
    assert not words.put(before, restated(before, amount(300), NOON, mark(NOON)))
    assert cases.get(CASE_ID).amount.total == 500


def test_a_settlement_closes_an_open_case_once_with_its_reason() -> None:
    _stored()
    closed = _settle()
    assert closed is not None
    assert (closed.status, closed.outcome, closed.closed_reason, closed.closed_at, closed.balance_at) == (
        CaseStatus.CLOSED,
        Outcome.SETTLED_OUTSIDE,
        "paid",
        NOON,
        LATER,
    )
    assert _settle(LATER + timedelta(days=1)) is None
    assert cases.get(CASE_ID) == closed


@pytest.mark.parametrize("status", [CaseStatus.FEEDBACK, CaseStatus.APPLIED])
def test_no_response_never_closes_an_answered_case(status: CaseStatus) -> None:
    _stored(status=status)
    assert cases.close(CASE_ID, Outcome.NO_RESPONSE, "late", NOON) is None
    assert cases.close(CASE_ID, Outcome.TERMINATED, "limit", NOON) is not None


@pytest.mark.parametrize("status", [CaseStatus.RECEIVED, CaseStatus.NOTICED])
def test_no_response_closes_an_unanswered_case(status: CaseStatus) -> None:
    _stored(status=status)
    closed = cases.close(CASE_ID, Outcome.NO_RESPONSE, "late", NOON)
    assert closed is not None
    assert closed.outcome == Outcome.NO_RESPONSE


def _fact(ident: str = "a1") -> Fact:
    return Fact(CASE_ID, FactKind.FEEDBACK, NOON, (ident,), {"reason": "ILLNESS"})


def test_an_answer_and_its_status_are_written_both() -> None:
    _stored(status=CaseStatus.NOTICED)
    assert answer(CASE_ID, CaseStatus.APPLIED, _fact()) is True
    assert cases.get(CASE_ID).status == CaseStatus.APPLIED
    assert facts.of(CASE_ID) == [_fact()]


def test_the_same_answer_again_changes_nothing() -> None:
    _stored()
    answer(CASE_ID, CaseStatus.APPLIED, _fact())
    assert answer(CASE_ID, CaseStatus.FEEDBACK, _fact()) is False
    assert cases.get(CASE_ID).status == CaseStatus.APPLIED


def test_a_closed_case_takes_no_answer_and_none_of_it_stays() -> None:
    _stored(status=CaseStatus.CLOSED)
    with pytest.raises(CaseClosed):
        answer(CASE_ID, CaseStatus.APPLIED, _fact())
    assert facts.of(CASE_ID) == []
    with pytest.raises(NotFound):
        answer(CaseId(KEY, 2), CaseStatus.APPLIED, _fact())


def test_an_answer_given_before_the_close_is_still_known_after_it() -> None:
    _stored()
    answer(CASE_ID, CaseStatus.APPLIED, _fact())
    _settle()
    assert answer(CASE_ID, CaseStatus.APPLIED, _fact()) is False


def test_a_step_that_arrived_is_noted_once() -> None:
    before = _stored()
    for _ in range(2):
        cases.reach(CASE_ID, "first_notice")
    cases.reach(CASE_ID, "reminder_1")
    assert cases.get(CASE_ID) == replace(before, reached=frozenset({"first_notice", "reminder_1"}))


def test_what_arrived_for_an_older_case_says_nothing_of_the_next() -> None:
    last = _stored(status=CaseStatus.CLOSED)
    cases.open_next(case(opened_by="evt-2").numbered(2), last)
    cases.reach(CASE_ID, "first_notice")
    assert cases.get(CaseId(KEY, 2)).reached == frozenset()


def test_the_sweeper_sees_a_case_under_its_day_until_it_is_retired() -> None:
    _stored()
    assert list(cases.opened_on("demo-bank", NOON)) == [KEY]
    assert list(cases.opened_on("demo-bank", NOON + timedelta(days=1))) == []
    assert list(cases.opened_on("other-bank", NOON)) == []
    cases.retire(CASE_ID)
    assert list(cases.opened_on("demo-bank", NOON)) == [KEY], "an open case is never retired"
    _settle()
    cases.retire(CASE_ID)
    assert list(cases.opened_on("demo-bank", NOON)) == []
    assert cases.get(CASE_ID).outcome == Outcome.SETTLED_OUTSIDE


def test_a_failure_that_is_no_lost_condition_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _stored()
    monkeypatch.setattr(CaseRow.Meta, "table_name", "no-such-table", raising=False)
    connection = CaseRow._get_connection()
    monkeypatch.setattr(connection, "table_name", "no-such-table")
    with pytest.raises(UpdateError):
        cases.reach(before.id, "first_notice")


LONG = borrower(
    name="Alexandra Konstantinopoulou-Smith",
    timezone="America/Argentina/Buenos_Aires",
    phone="+8613800138000",
    email="a.konstantinopoulou@corporate-mail.example.com",
    postal=(
        "Alexandra Konstantinopoulou-Smith",
        "Avenida de la Constitución 1234, 5º B",
        "C1072 Buenos Aires",
    ),
    app_user="3f1c9a52-8f7b-4b52-9d0e-6f0a1b2c3d4e",
)
PLAIN_CLAIMS = [
    f"{step.name}#{channel}" for step in profiles.of_version("CN", "CN@1").steps for channel in step.channels
]


def test_a_plain_case_that_went_the_whole_road_stays_within_one_kilobyte(scene: Scene) -> None:
    """One WRU a write and half an RRU a read hang on it."""
    assert _bytes_at_the_end(scene, case(), PLAIN_CLAIMS) <= 1024


def test_a_long_believable_case_with_every_fallback_stays_within_two_kilobytes(scene: Scene) -> None:
    long = case(
        lender="agricultural-bank-of-jiangsu",
        loan="LN-2026-SH-PUDONG-0000012345",
        opened_by="3f1c9a52-8f7b-4b52-9d0e-6f0a1b2c3d4e",
        profile_version="CN@12",
        borrower=LONG,
        amount=amount(12_345_678_901, interest=123_456_789, fees=1_234_567, penalty=12_345_678),
    )
    fallbacks = ["first_notice#VOICE", "first_notice#LETTER", "reminder_1#EMAIL", "reminder_2#VOICE"]
    assert _bytes_at_the_end(scene, long, PLAIN_CLAIMS + fallbacks) <= 2048


def _bytes_at_the_end(scene: Scene, given: Case, claimed: list[str]) -> int:
    """Return the size of a case's head once all its messages were claimed and arrived and it is closed."""
    to_row(given).save()
    row = CaseRow.get(f"LOAN#{KEY}", "CASE")
    for name in claimed:
        row.claims[name] = MINE
    row.save()
    for step in ("first_notice", "reminder_1", "reminder_2"):
        cases.reach(CASE_ID, step)
    cases.close(CASE_ID, Outcome.NO_RESPONSE, f"loan.settled.v1 {given.opened_by}", NOON)
    key = {"pk": {"S": f"LOAN#{KEY}"}, "sk": {"S": "CASE"}}
    item = boto3.client("dynamodb").get_item(TableName=scene.wiring.settings.table, Key=key)["Item"]
    assert len(item["claims"]["M"]) == len(claimed)
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    """Bytes of an attribute value as DynamoDB counts them (developer guide, item sizes and formats)."""
    kind, content = next(iter(value.items()))
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return (len(content.strip("0-.")) + 1) // 2 + 1
        case "SS":
            return sum(len(text.encode()) for text in content)
        case "M":
            return 3 + sum(1 + len(name) + _size(inner) for name, inner in content.items())
    raise AssertionError(f"a head holds no {kind}")


def test_balances_are_dated_in_utc(scene: Scene) -> None:
    _stored()
    head = next(row for row in scene.rows() if row["sk"]["S"] == "CASE")
    assert head["balance_at"]["S"] == "2026-11-20T01:30:00Z"
    assert datetime(2026, 11, 20, 1, 30, tzinfo=UTC) == cases.get(CASE_ID).balance_at


def test_a_second_answer_never_takes_back_an_application() -> None:
    _stored()
    assert answer(CASE_ID, CaseStatus.APPLIED, _fact("first"))
    assert answer(CASE_ID, CaseStatus.FEEDBACK, _fact("second"))
    assert cases.get(CASE_ID).status == CaseStatus.APPLIED
    assert len(facts.of(CASE_ID)) == 2
