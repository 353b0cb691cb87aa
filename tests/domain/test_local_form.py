"""Dates, money and names in two locales, beside Babel's CLDR forms."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time
from babel.numbers import format_currency, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.local_form import (
    format_appointment,
    format_date,
    format_day,
    format_moment,
    format_money,
    format_number,
    mask_account,
    mask_name,
    money_unit,
    require_language,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
BABEL_LOCALE = {"zh-CN": "zh_CN", "en": "en_GB"}
# Currencies for which ISO 4217 and CLDR agree on the minor unit.
CURRENCIES = [
    "CNY",
    "USD",
    "EUR",
    "GBP",
    "HKD",
    "JPY",
    "KRW",
    "VND",
    "BHD",
    "KWD",
    "OMR",
    "TND",
    "CLP",
    "XAF",
    "XOF",
]


@given(DAYS, st.sampled_from(["zh-CN", "en"]))
def test_long_date_is_babels(day: date, language: str) -> None:
    assert format_date(day, language) == babel_date(day, "long", locale=BABEL_LOCALE[language])


@given(DAYS)
def test_short_date_is_babels(day: date) -> None:
    assert format_date(day, "en", short=True) == babel_date(day, "d MMM", locale="en_GB")
    assert format_date(day, "zh-CN", short=True) == babel_date(day, "M月d日", locale="zh_CN")


@given(DAYS)
def test_american_dates_are_babels(day: date) -> None:
    assert format_date(day, "en", region="US") == babel_date(day, "long", locale="en_US")
    assert format_day(day, "en", region="US") == babel_date(day, "medium", locale="en_US")
    assert format_date(day, "en", short=True, region="US") == babel_date(day, "MMM d", locale="en_US")


@given(DAYS, st.sampled_from(["GB", "EU", "CN"]))
def test_a_day_with_its_year_is_babels(day: date, region: str) -> None:
    assert format_day(day, "en", region=region) == babel_date(day, "medium", locale="en_GB")
    assert format_day(day, "zh-CN", region=region) == babel_date(day, "long", locale="zh_CN")


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_appointments_weekday_and_clock_are_babels(at: datetime) -> None:
    usual = format_appointment(at, "en", region="GB")
    assert usual.startswith(babel_date(at, "EEE ", locale="en_GB"))
    assert usual.endswith(babel_time(at, "HH:mm", locale="en_GB"))
    american = format_appointment(at, "en", region="US")
    assert american.startswith(babel_date(at, "EEE, MMM d, ", locale="en_US"))
    assert american.endswith(babel_time(at, "h:mm a", locale="en_US"))
    for region in ("CN", "US"):
        chinese = format_appointment(at, "zh-CN", region=region)
        assert f"（{babel_date(at, 'EEEE', locale='zh_CN')}）{at:%H:%M}" in chinese


@given(st.integers(-(10**13), 10**13), st.sampled_from([("US", "USD"), ("GB", "GBP"), ("EU", "EUR")]))
def test_a_regions_own_currency_is_written_by_its_sign(minor: int, own: tuple[str, str]) -> None:
    region, currency = own
    golden = format_currency(Decimal(minor).scaleb(-2), currency, "¤#,##0.00;-¤#,##0.00", locale="en_GB")
    assert format_money(minor, currency, "en", region=region) == golden.replace("US$", "$")
    assert format_money(minor, "CHF", "en", region=region) == format_money(minor, "CHF", "en")


@given(st.integers(-(10**13), 10**13), st.sampled_from(CURRENCIES))
def test_number_and_english_money_are_babels(minor: int, currency: str) -> None:
    exponent = get_currency_precision(currency)
    major = Decimal(minor).scaleb(-exponent)
    golden = format_currency(major, currency, "¤¤\xa0#,##0.00;¤¤\xa0-#,##0.00", locale="en").replace(
        "\xa0", " "
    )
    assert format_money(minor, currency, "en") == golden


@pytest.mark.parametrize("currency", ["CNY", "USD", "EUR", "GBP", "HKD", "JPY"])
def test_chinese_currency_names_are_babels(currency: str) -> None:
    golden = format_currency(Decimal("1234"), currency, locale="zh_CN", format_type="name")
    ours = format_money(1234 * 10 ** get_currency_precision(currency), currency, "zh-CN")
    name = golden.lstrip("1234,.0")
    assert name in ours
    assert format_number(1234 * 10 ** get_currency_precision(currency), currency) in ours


def test_chinese_money_reads_as_banks_write_it() -> None:
    assert format_money(1_234_567, "CNY", "zh-CN") == "人民币12,345.67元"
    assert format_money(-5, "CNY", "zh-CN") == "人民币-0.05元"
    assert format_money(5, "XYZ", "zh-CN") == "0.05 XYZ"


def test_moment_shows_the_readers_clock() -> None:
    moment = datetime(2026, 11, 23, 20, 5, tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    assert format_moment(moment, "zh-CN") == "2026年11月24日 04:05"
    assert format_moment(moment, "en") == "24 November 2026, 04:05"
    with pytest.raises(ValueError, match="time zone"):
        format_moment(datetime(2026, 1, 1) + timedelta(0), "en")  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        format_appointment(datetime(2026, 1, 1) + timedelta(0), "zh-CN")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王**"),
        ("欧阳 小明", "欧**"),
        ("𠮷田", "𠮷**"),
        ("Jane", "J**"),
        ("Jane Q Smith Jones", "J** Q** S**"),
        ("  ", ""),
        ("", ""),
    ],
)
def test_masked_name_shows_only_initials(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=2))
def test_mask_hides_all_but_the_first_letter_and_the_length(name: str) -> None:
    masked = mask_name(name)
    assert len(masked) == 3
    assert masked[0] == name[0]


def test_account_shows_four_at_most() -> None:
    assert mask_account("6688") == "****6688"
    assert mask_account("6222000011116688") == "****6688"
    assert mask_account("") == ""


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        require_language("fr")
    with pytest.raises(ValueError, match="fr"):
        format_money(1, "CNY", "fr")


@pytest.mark.parametrize(
    ("currency", "language", "unit"),
    [("CNY", "zh-CN", "元"), ("USD", "zh-CN", "美元"), ("SEK", "zh-CN", "SEK"), ("CNY", "en", "CNY")],
)
def test_the_unit_beside_a_box_is_a_word_of_its_reader(currency: str, language: str, unit: str) -> None:
    assert money_unit(currency, language) == unit
