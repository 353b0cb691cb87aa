"""How the pages show what timers are for, links and moments."""

from __future__ import annotations

from datetime import UTC, datetime

from infra.local.show import due, linked, local
from infra.local.table import Wait

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_says_what_the_next_timers_are_for() -> None:
    waits = [
        Wait(AT, "a-1", "Deliver", "t1", "first_notice"),
        Wait(AT, "b-1", "Deliver", "t2", "first_notice"),
        Wait(AT, "c-1", "Remind", "t3"),
    ]
    assert due(waits) == "no receipt: next channel, 2 cases; first reminder, 1 case"
    assert due([]) == ""


def test_a_link_ends_where_chinese_begins_and_nothing_else_is_markup() -> None:
    shown = str(linked("<b>请看http://localhost:8000/n/abc，谢谢"))
    assert shown == '&lt;b&gt;请看<a href="http://localhost:8000/n/abc">http://localhost:8000/n/abc</a>，谢谢'


def test_shows_a_moment_in_the_readers_zone() -> None:
    assert local("2026-11-24T09:00:00Z", "%H:%M", "Europe/London") == "09:00"
    assert local("2026-11-24T09:00:00Z", "%H:%M", None) == "17:00"
    assert local(None) == "–"
