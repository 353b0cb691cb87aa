"""What the law of each jurisdiction adds to a notice, and when it must be there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.errors import AmountMismatch, MissingVariables
from infra.ops.notice_samples import sample
from tests.notices.reading import EVERY, made

US_EMAIL = ("US", "first_notice", "EMAIL", "en")
GB_LETTER = ("GB", "first_notice", "LETTER", "en")


# --- United States ------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["EMAIL", "LETTER"])
def test_a_debt_collectors_first_notice_validates_the_debt(channel: str) -> None:
    """12 CFR 1006.34(c)."""
    text = made(("US", "first_notice", channel, "en")).text
    for said in (
        "Northgate Receivables LLC is a debt collector. We are trying to collect a debt that you owe to",
        "Mailing address: PO Box 1000, Columbus, OH 43085",
        "Creditor on October 18, 2026: Harbor Savings Bank",
        "Current creditor: Harbor Savings Bank",
        "Account number: ****4471",
        "As of October 18, 2026, you owed: $12,000.00",
        "Plus interest since then: $300.00",
        "Plus fees since then: $55.67",
        "Less payments and credits since then: $10.00",
        "Total amount of the debt now: $12,345.67",
        "by January 3, 2027 to dispute all or part of the debt. If you do not, we will assume",
        "we must stop collection on any amount you dispute until we send you information",
        "name and address of the original creditor",
        "www.cfpb.gov/debt-collection",
        "We accept disputes electronically",
        "I want to dispute the debt because I think: this is not my debt; the amount is wrong",
        "does not shorten the time you have to dispute",
    ):
        assert said in text, said


def test_validation_information_that_is_missing_blocks_the_notice_by_name() -> None:
    with pytest.raises(MissingVariables) as caught:
        made(US_EMAIL, collector_address="", validation_end=None, itemisation=None)
    assert {"collector_address", "validation_end", "itemisation_date", "itemisation_balance"} <= set(
        caught.value.names
    )


def test_a_creditor_who_writes_himself_needs_no_validation() -> None:
    own = {"initiator_name": "Harbor Savings Bank", "sms_signature": "Harbor"}
    text = made(US_EMAIL, **own, collector_address="", validation_end=None, itemisation=None).text
    assert "debt collector" not in text
    assert "Mailing address" not in text
    assert "debt collector" not in made(("US", "first_notice", "SMS", "en"), **own).text


def test_every_written_message_of_a_debt_collector_says_that_it_is_one() -> None:
    """15 USC 1692e(11), 12 CFR 1006.18(e); never on the telephone, where nobody knows who listens."""
    words = {"en": "debt collector", "zh-CN": "债务催收机构"}
    for template in EVERY:
        if template[0] == "US":
            assert (words[template[3]] in made(template).text) == (template[2] != "VOICE"), template
    first = made(("US", "first_notice", "SMS", "en")).text
    assert "We are trying to collect a debt for Harbor Savings Bank and will use any information" in first


def test_every_electronic_message_of_the_us_says_how_to_opt_out() -> None:
    """12 CFR 1006.6(e); the confirmation of an opt-out alone has nothing left to say."""
    for template in EVERY:
        profile, step, channel, _ = template
        if profile == "US" and channel in ("SMS", "EMAIL") and step != "opt_out_confirmation":
            text = made(template).text.casefold()
            assert any(way in text for way in ("opt out", "拒收")), template


def test_an_itemisation_sums_to_the_debt() -> None:
    values = sample("US", "en")
    assert values.itemisation is not None
    with pytest.raises(AmountMismatch, match="itemisation"):
        replace(values, itemisation=replace(values.itemisation, fees=1))


def test_a_validation_period_is_thirty_days_at_least() -> None:
    values = sample("US", "en")
    with pytest.raises(ValueError, match="validation_end must lie at least 30 days"):
        made(US_EMAIL, validation_end=values.today + timedelta(days=29))
    assert made(US_EMAIL, validation_end=values.today + timedelta(days=30))


# --- United Kingdom -----------------------------------------------------------------------------------


def test_a_default_notice_names_agreement_breach_remedy_day_and_what_follows() -> None:
    """Consumer Credit Act 1974 s 88; only the letter is the notice."""
    text = made(GB_LETTER).text
    for said in (
        "section 87(1) of the Consumer Credit Act 1974",
        "Agreement: fixed-sum loan agreement, number ****3098",
        "Term broken: clause 4",
        "The payment due on 18 October 2026 was not made in full.",
        "Pay £12,345.67.",
        "Do this before: 14 December 2026",
        "no further enforcement action will be taken",
        "may end the agreement",
        "time order",
        "information-sheet-default.pdf",
        "Breathing Space",
    ):
        assert said in text, said
    email = made(("GB", "first_notice", "EMAIL", "en")).text
    assert "87(1)" not in email
    assert "information-sheet-arrears.pdf" in email


def test_without_a_default_date_there_is_no_default_notice() -> None:
    text = made(GB_LETTER, default_date=None, agreement_provision="").text
    assert "87(1)" not in text
    assert "information-sheet-arrears.pdf" in text


def test_a_default_notice_lacking_its_agreement_is_blocked() -> None:
    with pytest.raises(MissingVariables) as caught:
        made(GB_LETTER, agreement_name="", agreement_provision="")
    assert caught.value.names == ("agreement_name", "agreement_provision")


def test_a_default_notice_gives_fourteen_days_at_least() -> None:
    today = sample("GB", "en").today
    with pytest.raises(ValueError, match="default_date must lie at least 14 days"):
        made(GB_LETTER, default_date=today + timedelta(days=13))
    assert made(GB_LETTER, default_date=today + timedelta(days=14))
    # A reminder comes later, and the day of the first notice still stands.
    assert made(("GB", "reminder_1", "LETTER", "en"), default_date=today + timedelta(days=3))


def test_a_uk_complaint_names_the_ombudsman_and_his_six_months() -> None:
    text = made(("GB", "complaint_decision", "LETTER", "en")).text
    assert "Financial Ombudsman Service" in text
    assert "six months" in text


# --- European Union, China ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "helps", "rights"),
    [
        ("en", "what can be done for you", "Your rights come first"),
        ("zh-CN", "可以为您做什么", "先了解您的权利"),
    ],
)
def test_in_the_eu_forbearance_comes_first(language: str, helps: str, rights: str) -> None:
    """Directive (EU) 2023/2225 Art. 35."""
    text = made(("EU", "first_notice", "EMAIL", language)).text
    assert text.index(helps) < text.index(rights)


def test_in_china_a_decision_names_review_mediation_arbitration_and_court() -> None:
    text = made(("CN", "complaint_decision", "EMAIL", "zh-CN")).text
    assert all(way in text for way in ("核查", "调解", "仲裁", "人民法院", "12378"))
    agreement = made(("CN", "agreement_to_sign", "LETTER", "zh-CN")).text
    assert "三十日内" in agreement
    assert "司法确认" in agreement


@pytest.mark.parametrize(
    ("profile", "amount", "day"),
    [
        ("CN", "CNY 12,345.67", "20 November 2026"),
        ("US", "$12,345.67", "November 20, 2026"),
        ("GB", "£12,345.67", "20 November 2026"),
        ("EU", "€12,345.67", "20 November 2026"),
    ],
)
def test_amounts_and_days_are_in_local_form(profile: str, amount: str, day: str) -> None:
    text = made((profile, "reminder_1", "EMAIL", "en")).text
    assert f"Overdue amount: {amount}" in text
    assert f"As of: {day}" in text
