"""The words of my case, talks and guides: the same in both languages, and one for every code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.api.pages import words_of
from chalicelib.api.talks import GUIDES
from chalicelib.borrower.submissions import JOURNEYS
from chalicelib.borrower.survey import Step
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import ChannelName, DelayReason, HoldKind
from chalicelib.domain.directory import Profession
from chalicelib.domain.progress import Doing, Milestone, Next
from chalicelib.domain.repayment_plan import InstalmentState

FILES = (
    *("my_case", "messages", "message", "documents", "sent", "sent_one", "meeting", "agreement", "plan"),
    *(
        "statements",
        "survey_none",
        "talks",
        "talk",
        "guides",
        "people",
        "home",
        "journeys/survey",
        "journeys/sign_up",
    ),
    *(f"guides/{name}" for name in GUIDES),
)
BOTH = ("zh-CN", "en")


def _keys(words: Any, path: str = "") -> Iterator[str]:
    if isinstance(words, dict):
        for key, value in words.items():
            yield from _keys(value, f"{path}/{key}")
    elif isinstance(words, list):
        for place, value in enumerate(words):
            yield from _keys(value, f"{path}/{place}")
    else:
        yield path


@pytest.mark.parametrize("name", FILES)
def test_both_languages_say_the_same_things(name: str) -> None:
    chinese, english = (sorted(_keys(words_of(name, language))) for language in BOTH)
    assert chinese == english


@pytest.mark.parametrize("language", BOTH)
def test_every_code_has_words(language: str) -> None:
    mine = words_of("my_case", language)
    assert set(mine["steps"]) == set(Milestone)
    assert set(mine["next"]) == set(Next)
    assert set(mine["doings"]) == set(Doing)
    assert set(mine["holds"]) == {*HoldKind, "OTHER"}
    assert set(words_of("agreement", language)["parties"]) == set(Party)
    assert set(words_of("plan", language)["states"]) == set(InstalmentState)
    assert set(words_of("sent", language)["kinds"]) == set(JOURNEYS)
    assert set(words_of("journeys/survey", language)["steps"]) == set(Step)
    assert set(words_of("messages", language)["channels"]) == set(ChannelName)
    assert set(words_of("people", language)["specialities"]) == set(DelayReason)
    assert set(words_of("people", language)["professions"]) == set(Profession)


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("country", ["CN", "US", "GB", "EU"])
def test_every_message_of_a_profile_has_a_name(country: str, language: str) -> None:
    kinds = words_of("messages", language)["kinds"]
    versions = {"US": ("US@1", "US@collector-1")}.get(country, (f"{country}@1",))
    for version in versions:
        profile = profiles.of_version(country, version)
        assert {step.name for step in (*profile.steps, *profile.notices)} <= set(kinds)
