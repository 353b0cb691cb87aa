"""What somebody answers of hours, channel and language, as the preferences it means."""

from __future__ import annotations

import pytest

from chalicelib.domain.codes import ChannelName
from chalicelib.domain.preferences import MOST_SPANS, Preferences, Span
from chalicelib.forms.contact import DAYS, PARTS, answers_of, with_answers

NOTHING = Preferences()
WEEK = frozenset(range(7))


def test_parts_that_meet_are_one_span() -> None:
    asked = with_answers(NOTHING, {"days": ["SATURDAY"], "parts": ["MORNING", "NOON", "EVENING"]})
    assert asked.convenient == (Span(frozenset({5}), 480, 840), Span(frozenset({5}), 1080, 1260))


def test_no_days_are_all_days_and_no_parts_the_whole_day() -> None:
    assert with_answers(NOTHING, {"parts": ["EVENING"]}).convenient == (Span(WEEK, 1080, 1260),)
    assert with_answers(NOTHING, {"days": ["SUNDAY"]}).convenient == (Span(frozenset({6}), 0, 1440),)


def test_what_was_not_answered_stays() -> None:
    before = Preferences((Span(WEEK, 480, 720),), ChannelName.SMS, "en")
    assert with_answers(before, {}) == before
    assert with_answers(before, {"language": "zh-CN"}) == Preferences(
        before.convenient, ChannelName.SMS, "zh-CN"
    )


def test_any_channel_and_empty_hours_take_a_wish_back() -> None:
    before = Preferences((Span(WEEK, 480, 720),), ChannelName.SMS, "en")
    after = with_answers(before, {"channel": "ANY", "days": [], "parts": []})
    assert after == Preferences((), None, "en")


@pytest.mark.parametrize("days", [[], ["WEEKDAYS"], ["SATURDAY", "SUNDAY"], list(DAYS)])
@pytest.mark.parametrize("parts", [["MORNING"], ["NOON", "EVENING"], list(PARTS)])
def test_a_form_shows_again_what_was_asked_for(days: list[str], parts: list[str]) -> None:
    asked = with_answers(NOTHING, {"channel": "EMAIL", "days": days, "parts": parts, "language": "en"})
    assert len(asked.convenient) <= MOST_SPANS
    shown = {"channel": "EMAIL", "days": days or list(DAYS), "parts": parts, "language": "en"}
    assert answers_of(asked) == shown
