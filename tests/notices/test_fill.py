"""A case, its lender and profile become a notice's variables, in the borrower's days and language."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.person import Person
from chalicelib.domain.preferences import Preferences
from chalicelib.notices.fill import fill, language_of
from chalicelib.notices.variables import Regulator, Variables
from chalicelib.store.facts import Fact
from tests.road import DEMO_BANK
from tests.samples import CASE_ID, NOON, borrower, case

CN = profiles.of_version("CN", "CN@1")
IDS: dict[str, Any] = {"link": "https://x/n/t", "notice_id": "0f" * 12, "verify_code": "7K4M-2Q9P"}


def _fill(given: Case, at: datetime = NOON, language: str = "zh-CN", **more: Any) -> Variables:
    return fill(given, DEMO_BANK, CN, language=language, at=at, **IDS, **more)


def test_nothing_is_left_empty() -> None:
    filled = _fill(case())
    empty = [each.name for each in fields(filled) if getattr(filled, each.name) in ("", None, ())]
    left_to_others = "sent_before stopped_channel access_code feedback itemisation"
    of_later_stages = "meeting agreement court instalment complaint"
    of_other_lands = "contact_person collector_address agreement_name agreement_provision"
    days = "default_date validation_end"
    voice = "voice_name"  # optional in the lender's row
    assert set(empty) == set(f"{left_to_others} {of_later_stages} {of_other_lands} {days} {voice}".split())


def test_what_a_lenders_row_may_hold_besides_is_filled_in() -> None:
    more: dict[str, Any] = {"callback_number": "95000", "voice_name": {"zh-CN": "示范", "en": "Demo"}}
    lender = replace(DEMO_BANK, settings={**DEMO_BANK.settings, **more})
    filled = fill(case(), lender, CN, language="en", **IDS, at=NOON)
    assert (filled.callback_number, filled.voice_name) == ("95000", "Demo")


def _regulator(version: str, **settings: Any) -> Regulator:
    lender = replace(DEMO_BANK, settings={**DEMO_BANK.settings, **settings})
    profile = profiles.of_version(version.partition("@")[0], version)
    filled = fill(case(), lender, profile, language="en", **IDS, at=NOON)
    return filled.regulator


def test_a_supervisor_the_profile_leaves_open_is_named_by_the_lender() -> None:
    told: dict[str, Any] = {
        "regulator_name": {"en": "BaFin", "zh-CN": "联邦金融监管局"},
        "regulator_phone": "0800 2 100",
    }
    assert _regulator("EU@1", **told) == Regulator("BaFin", "0800 2 100", "", "")


def test_a_supervisor_the_profile_names_is_no_lenders_to_change() -> None:
    assert _regulator("CN@1", regulator_phone="95000") == _regulator("CN@1")
    assert _regulator("CN@1").phone == "12378"


def test_statutory_days_are_handed_through() -> None:
    filled = _fill(case(), default_date=date(2026, 12, 20), validation_end=date(2027, 1, 4))
    assert (filled.default_date, filled.validation_end) == (date(2026, 12, 20), date(2027, 1, 4))


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("zh", "zh-CN"), ("en-GB", "en"), ("EN", "en"), ("bo", "zh-CN")],
)
def test_the_language_is_the_borrowers_or_its_nearest_kin(wanted: str, language: str) -> None:
    assert language_of(case(borrower=borrower(language=wanted)), CN) == language


def test_what_the_borrower_asked_for_comes_before_what_the_loan_system_says() -> None:
    asked = Person("p" * 22, preferences=Preferences(language="en"))
    assert language_of(case(), CN, asked) == "en"
    assert language_of(case(), CN, Person("p" * 22)) == "zh-CN"


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


def test_the_codes_a_message_can_be_asked_about_by_are_in_it() -> None:
    filled = _fill(case())
    assert filled.verify_code == "7K4M-2Q9P"
    assert filled.case_reference == CASE_ID.reference
