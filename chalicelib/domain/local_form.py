"""Dates, money and masked names as people read them in zh-CN and en, the latter by region."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

LANGUAGES = ("zh-CN", "en")

# ISO 4217 minor-unit exponents other than 2, for currencies a lender may lend in.
_EXPONENTS = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "XAF": 0,
    "XOF": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}

_ZH_CURRENCIES = {
    "CNY": "人民币",
    "HKD": "港元",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元",
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZH_WEEKDAYS = "一二三四五六日"

# Regions whose readers write their own currency by its sign. All signs are in the GSM-7 alphabet.
_SIGNS = {("US", "USD"): "$", ("GB", "GBP"): "£", ("EU", "EUR"): "€"}

_MASKED_LETTERS = 2  # a fixed count, so that the mask does not tell the length of the name
_MASKED_WORDS = 3


def require_language(language: str) -> str:
    """Return `language` when Accord speaks it; raises ValueError otherwise."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    return language


def format_date(day: date, language: str, *, short: bool = False, region: str = "") -> str:
    """Return a local calendar day: `2026年11月20日`, `20 November 2026`; short: `11月20日`, `20 Nov`.

    Region US writes `November 20, 2026` and `Nov 20`.
    """
    if require_language(language) == "zh-CN":
        return f"{day.month}月{day.day}日" if short else f"{day.year}年{day.month}月{day.day}日"
    if short:
        return _in_order(day, _short_month(day, region), region)
    ordered = _in_order(day, _MONTHS[day.month - 1], region)
    return f"{ordered}, {day.year}" if region == "US" else f"{ordered} {day.year}"


def format_day(day: date, language: str, *, region: str = "") -> str:
    """Return a day as short as its year allows: `2026年11月20日`, `20 Nov 2026`, in the US `Nov 20, 2026`."""
    short = format_date(day, language, short=True, region=region)
    if language == "zh-CN":
        return f"{day.year}年{short}"
    return f"{short}, {day.year}" if region == "US" else f"{short} {day.year}"


def format_moment(moment: datetime, language: str, *, region: str = "") -> str:
    """Return the day and time of a moment that the caller has put into the reader's own zone.

    A 24-hour clock, in US English a 12-hour one. Raises ValueError when the moment is naive: its zone would
    be a guess.
    """
    separator = " " if require_language(language) == "zh-CN" else ", "
    return (
        f"{format_date(moment.date(), language, region=region)}{separator}{_clock(moment, language, region)}"
    )


def format_appointment(moment: datetime, language: str, *, region: str = "") -> str:
    """Return a moment to be met, with its weekday: `2026年11月24日（星期二）14:30`, `Tue 24 Nov 2026, 14:30`.

    The caller has put it into the reader's own zone, and names that zone beside it. Raises ValueError when
    the moment is naive.
    """
    separator = "" if require_language(language) == "zh-CN" else ", "
    day = format_weekday(moment.date(), language, region=region)
    return f"{day}{separator}{_clock(moment, language, region)}"


def format_weekday(day: date, language: str, *, region: str = "") -> str:
    """Return a day with its weekday: `2026年11月24日（星期二）`, `Tue 24 Nov 2026`."""
    shown = format_day(day, require_language(language), region=region)
    if language == "zh-CN":
        return f"{shown}（星期{_ZH_WEEKDAYS[day.weekday()]}）"
    comma = "," if region == "US" else ""
    return f"{_WEEKDAYS[day.weekday()][:3]}{comma} {shown}"


def format_span(start: datetime, end: datetime, language: str, *, region: str = "") -> str:
    """Return a part of one day: `2026年11月27日（星期五）09:00—12:00`, `Fri 27 Nov 2026, 09:00–12:00`.

    The caller has put both into the reader's own zone. Raises ValueError when one is naive.
    """
    separator = "" if require_language(language) == "zh-CN" else ", "
    day = format_weekday(start.date(), language, region=region)
    return f"{day}{separator}{format_hours(start, end, language, region=region)}"


def format_hours(start: datetime, end: datetime, language: str, *, region: str = "") -> str:
    """Return from when to when on the reader's clock: `09:00—12:00`, `09:00–12:00`, `9:00 AM–12:00 PM`."""
    dash = "—" if require_language(language) == "zh-CN" else "–"
    return f"{_clock(start, language, region)}{dash}{_clock(end, language, region)}"


def _in_order(day: date, month: str, region: str) -> str:
    return f"{month} {day.day}" if region == "US" else f"{day.day} {month}"


def _short_month(day: date, region: str) -> str:
    return _MONTHS[day.month - 1][:3] if region == "US" else _SHORT_MONTHS[day.month - 1]


def _clock(moment: datetime, language: str, region: str) -> str:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    if language != "en" or region != "US":
        return f"{moment:%H:%M}"
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


def format_number(minor: int, currency: str) -> str:
    """Return minor units as grouped major units, all decimals kept: 1234567 CNY -> `12,345.67`."""
    exponent = _EXPONENTS.get(currency, 2)
    major, rest = divmod(abs(minor), 10**exponent)
    sign = "-" if minor < 0 else ""
    return f"{sign}{major:,}.{rest:0{exponent}d}" if exponent else f"{sign}{major:,}"


def minor_units(typed: str, currency: str) -> int:
    """Return an amount as a person types it in minor units: `¥ 1,200.5` or `１２００元`.

    A comma groups thousands and a point is the decimal one. Raises ValueError for anything else.
    """
    plain = re.sub(r"[\s,¥$£€元]|" + re.escape(currency), "", unicodedata.normalize("NFKC", typed).upper())
    exponent = _EXPONENTS.get(currency, 2)
    found = re.fullmatch(r"([0-9]{1,13})(?:\.([0-9]*))?", plain)
    if not found or len(found[2] or "") > exponent:
        raise ValueError("not an amount of money")
    return int(found[1] + (found[2] or "").ljust(exponent, "0"))


def format_money(minor: int, currency: str, language: str, *, region: str = "") -> str:
    """Return an amount with its currency: `人民币12,345.67元`, `CNY 12,345.67`, at home `£12,345.67`."""
    number = format_number(minor, currency)
    if require_language(language) == "en":
        sign = _SIGNS.get((region, currency))
        if sign:
            return f"-{sign}{number[1:]}" if minor < 0 else f"{sign}{number}"
        return f"{currency} {number}"
    if currency == "CNY":
        return f"人民币{number}元"
    return number + _ZH_CURRENCIES.get(currency, f" {currency}")


def money_unit(currency: str, language: str) -> str:
    """Return what stands beside a box for an amount: `元`, `美元`, after it in Chinese; `CNY` before it."""
    if require_language(language) == "en":
        return currency
    return "元" if currency == "CNY" else _ZH_CURRENCIES.get(currency, currency)


def mask_name(name: str) -> str:
    """Return a name that its bearer knows and others cannot read: `王**`, `J** S**`; empty stays empty.

    Least disclosure on a phone others may see (PIPL art. 6, minimisation; the form is policy).
    """
    words = name.split()[:_MASKED_WORDS]
    if len(words) == 1 or any(_is_han(word[0]) for word in words):
        words = ["".join(words)] if words else []
    return " ".join(word[0] + "*" * _MASKED_LETTERS for word in words)


def mask_account(last4: str) -> str:
    """Return an account of which only the last four characters show: `****6688`; empty stays empty."""
    return f"****{last4[-4:]}" if last4 else ""


def mask_email(address: str) -> str:
    """Return enough of an e-mail address to know it by: `z***@example.com`."""
    name, _, place = address.partition("@")
    return f"{name[:1]}***@{place}"


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"
