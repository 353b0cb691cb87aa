"""Terms: how long, and which day is the last."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib import profiles
from chalicelib.domain.rules import Certainty, Rule, Term, Unit

RULE = Rule("XX.term", "policy", Certainty.LOW)
CN = profiles.calendar("cn")


@pytest.mark.parametrize(
    ("amount", "unit", "start", "last"),
    [
        (30, Unit.DAYS, date(2028, 2, 1), date(2028, 3, 2)),
        (3, Unit.BUSINESS_DAYS, date(2026, 9, 29), date(2026, 10, 9)),
        (1, Unit.MONTHS, date(2028, 1, 31), date(2028, 2, 29)),
        (6, Unit.MONTHS, date(2026, 8, 31), date(2027, 2, 28)),
        (12, Unit.MONTHS, date(2026, 12, 1), date(2027, 12, 1)),
        (1, Unit.MONTHS, date(2026, 11, 30), date(2026, 12, 30)),
    ],
)
def test_the_last_day(amount: int, unit: Unit, start: date, last: date) -> None:
    assert Term(RULE, amount, unit).last_day(start, CN) == last


@pytest.mark.parametrize(("unit", "seconds"), [("minutes", 120), ("hours", 7_200), ("days", 172_800)])
def test_a_fixed_length_in_seconds(unit: str, seconds: int) -> None:
    assert Term(RULE, 2, Unit(unit)).seconds == seconds


@pytest.mark.parametrize("unit", [Unit.BUSINESS_DAYS, Unit.MONTHS])
def test_a_length_that_depends_on_the_day_has_no_seconds(unit: Unit) -> None:
    with pytest.raises(ValueError, match="no fixed length"):
        _ = Term(RULE, 2, unit).seconds


@pytest.mark.parametrize("unit", [Unit.MINUTES, Unit.HOURS])
def test_a_term_of_hours_has_no_last_day(unit: Unit) -> None:
    with pytest.raises(ValueError, match="no days"):
        Term(RULE, 2, unit).last_day(date(2026, 1, 1), CN)
