"""Names derived from facts: the same for a repeat, different for anything else, telling nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId, loan_key, notice_id
from tests.samples import CASE_ID, KEY

TEXT = st.text(min_size=1, max_size=40)


@given(TEXT, TEXT)
def test_a_loan_key_is_stable_short_and_opaque(lender: str, loan: str) -> None:
    key = loan_key(lender, loan)
    assert key == loan_key(lender, loan)
    assert re.fullmatch(r"[a-z2-7]{20}", key)


def test_loan_keys_do_not_run_lender_and_loan_together() -> None:
    assert loan_key("bank", "1LN") != loan_key("bank1", "LN")


@given(st.integers(1, 9_999))
def test_a_case_id_reads_back(generation: int) -> None:
    case_id = CaseId(KEY, generation)
    assert CaseId.parse(str(case_id)) == case_id


@pytest.mark.parametrize("text", ["", "-", KEY, f"{KEY}-", f"{KEY}-x", "short-1", f"{KEY}-1-", f"{KEY}--1"])
def test_anything_else_is_no_case_id(text: str) -> None:
    with pytest.raises(ValueError, match="not a case id"):
        CaseId.parse(text)


def test_the_reference_is_what_a_person_reads_out() -> None:
    assert CaseId("abcdefghijklmnopqrst", 2).reference == "AC-ABCD-EFGH-2"


def test_a_case_id_is_a_legal_execution_name() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", f"{CASE_ID}-r9")


def test_notice_ids_tell_case_step_and_channel_apart() -> None:
    one = notice_id(CASE_ID, "first_notice", "SMS")
    others = {
        notice_id(CaseId(KEY, 2), "first_notice", "SMS"),
        notice_id(CASE_ID, "reminder_1", "SMS"),
        notice_id(CASE_ID, "first_notice", "EMAIL"),
    }
    assert one == notice_id(CASE_ID, "first_notice", "SMS")
    assert len(others | {one}) == 4
    assert re.fullmatch(r"[0-9a-f]{24}", one)


def test_no_kind_of_fact_begins_with_another() -> None:
    """The timeline is read by key prefix."""
    kinds = [kind.value for kind in FactKind]
    assert not [(a, b) for a in kinds for b in kinds if a != b and b.startswith(a)]
