"""Which pages the journeys ask after which answers, and what lapses with the moment that offered it."""

from __future__ import annotations

import pytest

from chalicelib.forms.journey import Journey, PageAnswers
from chalicelib.forms.journeys.apply import APPLY
from chalicelib.forms.journeys.ask import ASK, TOPICS
from chalicelib.forms.journeys.complain import COMPLAIN, COMPLAIN_OPEN
from chalicelib.forms.journeys.dispute import DISPUTE


def _asked(journey: Journey, answered: PageAnswers) -> list[str]:
    return [page.name for page in journey.asked(answered)]


def test_nobody_is_asked_who_represents_him_unless_somebody_does() -> None:
    plain = ["mode", "times", "needs", "represented", "objects", "notes"]
    assert _asked(APPLY, {}) == plain
    yes: PageAnswers = {"represented": {"represented": "YES"}, "objects": {"objects": "YES"}}
    assert set(_asked(APPLY, yes)) - set(plain) == {"representative", "objection"}


@pytest.mark.parametrize(
    ("kind", "pages"),
    [
        ("AMOUNT_WRONG", ["kind", "amount", "words"]),
        ("ALREADY_PAID", ["kind", "paid", "words"]),
        ("IDENTITY_THEFT", ["kind", "words"]),
        ("OTHER", ["kind", "other"]),
    ],
)
def test_a_dispute_asks_what_its_kind_needs(kind: str, pages: list[str]) -> None:
    assert _asked(DISPUTE, {"kind": {"kind": kind}}) == pages


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_its_own_page_of_the_guide(topic: str) -> None:
    assert _asked(ASK, {"topic": {"topic": topic}}) == ["topic", topic]


def test_only_a_stranger_is_asked_how_to_reach_him() -> None:
    assert set(_asked(COMPLAIN_OPEN, {})) - set(_asked(COMPLAIN, {})) == {"you"}


def test_an_answer_lapses_with_the_offer_it_chose() -> None:
    answered: PageAnswers = {"mode": {"mode": "TELEPHONE"}, "times": {"times": ["a", "b"]}}
    assert APPLY.standing(answered, lambda: {"times": {"a": "A", "b": "B"}}) == answered
    assert set(APPLY.standing(answered, lambda: {"times": {"b": "B"}})) == {"mode"}
    assert set(APPLY.standing(answered, lambda: {"times": {}})) == {"mode"}


def test_the_moment_is_not_asked_when_nothing_hangs_on_it() -> None:
    answered: PageAnswers = {"mode": {"mode": "TELEPHONE"}}
    assert APPLY.standing(answered, lambda: pytest.fail("asked")) == answered
