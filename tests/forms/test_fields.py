"""Each kind of field: what it reads, what it refuses by which code, and what stands in the form again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.forms.fields import Choice, Choices, Day, Fault, Field, Given, Line, Sum, Value, Words

NOW = Given(date(2026, 11, 23), "CNY", {"slot": {"a": "A", "b": "B"}})


def read(field: Field, *values: str, name: str = "x") -> Value | None:
    return field.read({name: values}, NOW)


def fault(field: Field, *values: str) -> str:
    with pytest.raises(Fault) as caught:
        read(field, *values)
    return caught.value.code


def test_a_choice_takes_one_of_its_codes() -> None:
    assert read(Choice("x", ("A", "B")), "B") == "B"
    assert fault(Choice("x", ("A", "B")), "C") == "required"
    assert fault(Choice("x", ("A", "B"))) == "required"
    assert read(Choice("x", ("A", "B"), required=False), "") is None


def test_codes_of_the_moment_are_the_only_ones_taken() -> None:
    assert Choices("slot").read({"slot": ["b", "a", "zzz"]}, NOW) == ["a", "b"]
    assert Choice("slot").read({"slot": ["a"]}, NOW) == "a"


def test_choices_are_counted() -> None:
    field = Choices("x", ("A", "B", "C"), least=1, most=2)
    assert read(field, "C", "A") == ["A", "C"]
    assert fault(field) == "required"
    assert fault(field, "A", "B", "C") == "too_many"
    assert read(Choices("x", ("A",))) is None


def test_line_ends_count_once() -> None:
    assert read(Words("x", 3), "a\r\nb") == "a\nb"
    assert fault(Words("x", 2), "a\r\nb") == "too_long"
    assert read(Words("x"), "  \r\n ") is None
    assert fault(Words("x", required=True), " ") == "required"


def test_a_line_is_one_line() -> None:
    assert read(Line("x"), " 王 \n 伟 ") == "王 伟"
    assert fault(Line("x", 2), "abc") == "too_long"


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1,200.5", 120050),
        ("￥１２００", 120000),
        ("12元", 1200),
        ("CNY 0.07", 7),
        ("0", 0),
        ("12.", 1200),
    ],
)
def test_a_sum_is_read_as_people_type_it(typed: str, minor: int) -> None:
    assert read(Sum("x"), typed) == minor


@pytest.mark.parametrize("typed", ["-5", "1.234", "1e6", "NaN", "一千", "1.2.3", "9" * 14, "٣"])
def test_what_is_no_sum_is_refused(typed: str) -> None:
    assert fault(Sum("x"), typed) == "invalid"


def test_a_sum_has_its_range() -> None:
    assert fault(Sum("x", least=100), "0.99") == "out_of_range"
    assert fault(Sum("x"), "") == "required"


@given(st.integers(0, 10**12), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_a_sum_seen_again_reads_the_same(minor: int, currency: str) -> None:
    here = Given(date(2026, 11, 23), currency)
    assert Sum("x").read(Sum("x").typed(minor, here), here) == minor


def day(year: str, month: str, of_month: str) -> dict[str, list[str]]:
    return {"x-year": [year], "x-month": [month], "x-day": [of_month]}


def test_a_day_is_read_from_three_boxes() -> None:
    assert Day("x").read(day("2026", "２", " 5 "), NOW) == "2026-02-05"
    assert Day("x", required=False).read({}, NOW) is None


@pytest.mark.parametrize("parts", [("2026", "2", "30"), ("x", "1", "1"), ("2026", "", "1"), ("0", "1", "1")])
def test_a_day_that_is_none_is_refused(parts: tuple[str, str, str]) -> None:
    with pytest.raises(Fault, match="invalid"):
        Day("x").read(day(*parts), NOW)


def test_a_day_has_its_range() -> None:
    field = Day("x", first=0, last=1)
    assert field.read(day("2026", "11", "24"), NOW) == "2026-11-24"
    with pytest.raises(Fault, match="too_early"):
        field.read(day("2026", "11", "22"), NOW)
    with pytest.raises(Fault, match="too_late"):
        field.read(day("2026", "11", "25"), NOW)


@given(st.dates())
def test_a_day_seen_again_reads_the_same(when: date) -> None:
    assert Day("x").read(Day("x").typed(when.isoformat(), NOW), NOW) == when.isoformat()
