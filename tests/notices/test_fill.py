"""A case, its lender and profile become a notice's variables, in the borrower's days and language."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.notices.fill import fill, language_of
from chalicelib.notices.variables import Variables
from chalicelib.store.facts import Fact
from tests.road import DEMO_BANK
from tests.samples import CASE_ID, NOON, borrower, case

CN = profiles.of_version("CN", "CN@1")


def _fill(given: Case, at: datetime = NOON, language: str = "zh-CN", **more: Any) -> Variables:
    return fill(
        given, DEMO_BANK, CN, language=language, link="https://x/n/t", notice_id="0f" * 12, at=at, **more
    )


def test_nothing_is_left_empty() -> None:
    filled = _fill(case())
    empty = [each.name for each in fields(filled) if getattr(filled, each.name) in ("", None, ())]
    assert empty == ["sent_before"]


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("zh", "zh-CN"), ("en-GB", "en"), ("EN", "en"), ("bo", "zh-CN")],
)
def test_the_language_is_the_borrowers_or_its_nearest_kin(wanted: str, language: str) -> None:
    assert language_of(case(borrower=borrower(language=wanted)), CN) == language


def test_texts_come_in_the_language() -> None:
    assert (_fill(case()).initiator_name, _fill(case(), language="en").initiator_name) == (
        "示范银行",
        "Demo Bank",
    )
    assert _fill(case(), language="en").regulator.name.endswith("(NFRA)")


def test_days_are_the_borrowers_own() -> None:
    late = datetime(2026, 11, 23, 17, tzinfo=UTC)  # the 24th in Shanghai, the 23rd in New York
    assert _fill(case(), late).today == date(2026, 11, 24)
    assert _fill(case(borrower=borrower(timezone="America/New_York")), late).today == date(2026, 11, 23)


def test_the_time_to_respond_counts_from_the_first_notice_in_every_message() -> None:
    assert _fill(case()).respond_by == date(2026, 12, 7)
    reminded = case(noticed_at=NOON)
    assert _fill(reminded, NOON + timedelta(days=7)).respond_by == date(2026, 12, 7)


def test_a_reminder_names_what_was_sent_and_when() -> None:
    late = datetime(2026, 11, 23, 17, tzinfo=UTC)
    sent = [Fact(CASE_ID, FactKind.SENT, late, ("first_notice", "SMS"))]
    before = _fill(case(), NOON, sent=sent).sent_before
    assert [(each.step, each.channel, each.on) for each in before] == [
        ("first_notice", "SMS", date(2026, 11, 24))
    ]


def test_the_code_to_check_a_notice_by_is_the_start_of_its_id() -> None:
    assert _fill(case()).verify_code == "0F0F0F0F"
