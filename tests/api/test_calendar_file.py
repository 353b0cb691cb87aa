"""The calendar file as an independent reader understands it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.calendar_file import Event, calendar_file

AT = datetime(2026, 12, 2, 14, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
EVENT = Event(uid="u@accord", sequence=2, starts=AT, ends=AT + timedelta(hours=1), title="会议")


def _read(text: str) -> Any:
    calendar = icalendar.Calendar.from_ical(text)
    assert str(calendar["METHOD"]) == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    return event


def test_a_calendar_reads_what_was_meant() -> None:
    event = _read(calendar_file(replace(EVENT, link="https://meet.example/a?b=c"), AT))
    assert event.decoded("DTSTART") == AT
    assert event.decoded("DTEND") == AT + timedelta(hours=1)
    assert (str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])) == ("u@accord", 2, "CONFIRMED")
    assert str(event["URL"]) == "https://meet.example/a?b=c"


def test_what_is_called_off_says_so_under_the_same_name() -> None:
    event = _read(calendar_file(replace(EVENT, cancelled=True, sequence=3), AT))
    assert (str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])) == ("u@accord", 3, "CANCELLED")


def test_the_hour_the_clock_is_set_back_is_told_apart() -> None:
    zone = ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=zone)
    for starts, hour in ((first, 0), (first.replace(fold=1), 1)):
        event = _read(calendar_file(replace(EVENT, starts=starts, ends=starts), AT))
        assert event.decoded("DTSTART") == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=200)


@given(title=_TEXT)
def test_no_text_breaks_out_of_its_line_and_no_line_is_too_long(title: str) -> None:
    file = calendar_file(replace(EVENT, title=title, description="a;b,c\\d\nBEGIN:VEVENT"), AT)
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    event = _read(file)
    assert str(event["SUMMARY"]) == title
    assert str(event["DESCRIPTION"]) == "a;b,c\\d\nBEGIN:VEVENT"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028"])
def test_a_line_end_in_a_value_begins_no_line(end: str) -> None:
    file = calendar_file(replace(EVENT, title=f"a{end}STATUS:CANCELLED"), AT)
    assert str(_read(file)["STATUS"]) == "CONFIRMED"
