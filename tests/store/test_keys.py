"""Key strings: what belongs together sorts together, what does not stays apart."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.domain.codes import FactKind
from chalicelib.store import keys
from tests.samples import CASE_ID
from tests.scene import case_id


def test_a_tenth_case_sorts_after_the_ninth() -> None:
    assert keys.archived_case(9) < keys.archived_case(10)
    assert keys.facts(case_id(9)) < keys.facts(case_id(10))


def test_neither_wait_nor_tries_lie_on_the_timeline() -> None:
    assert not keys.wait(CASE_ID).startswith(keys.facts(CASE_ID))
    assert keys.fact(CASE_ID, FactKind.SENT, "first_notice", "SMS") == "0001#T#SENT#first_notice#SMS"


def test_the_head_of_a_loan_is_no_archived_case() -> None:
    assert keys.archived_case(1) != keys.CASE
    assert keys.archived_case(1).startswith(keys.CASE)


def test_the_index_is_cut_by_lender_and_day() -> None:
    assert keys.open_day("demo-bank", datetime(2026, 11, 23, 23, 59, tzinfo=UTC)) == "demo-bank#2026-11-23"
