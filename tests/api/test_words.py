"""The pages' words: the same in both languages, and none missing for what can be asked or chosen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.api.shown import Shown, Words
from chalicelib.forms.fields import Choice, Choices, Given
from chalicelib.forms.journey import Journey
from chalicelib.texts import FOLDER, load_words
from tests.forms.test_journey import EVERY

PAGES = FOLDER / "pages"
LANGUAGES = ("en", "zh-CN")
FILES = sorted(str(path.relative_to(PAGES / "en"))[:-5] for path in (PAGES / "en").rglob("*.json"))


def _shape(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: _shape(value) for key, value in words.items() if key != "other"}
    return [_shape(value) for value in words] if isinstance(words, list) else type(words)


def test_both_languages_have_the_same_files() -> None:
    assert (
        sorted(str(p.relative_to(PAGES / "zh-CN"))[:-5] for p in (PAGES / "zh-CN").rglob("*.json")) == FILES
    )


@pytest.mark.parametrize("name", FILES)
def test_both_languages_say_the_same_things(name: str) -> None:
    assert _shape(load_words(f"pages/en/{name}")) == _shape(load_words(f"pages/zh-CN/{name}"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("journey", EVERY, ids=lambda journey: journey.name)
def test_every_page_field_and_code_has_its_words(journey: Journey, language: str) -> None:
    t = load_words(f"pages/{language}/journeys/{journey.name}")
    same = [page.name for each in EVERY if each.name == journey.name for page in each.pages]
    assert t["pages"].keys() == set(same)
    shown = Shown(t, Given(date(2026, 11, 23)), language)
    for page in journey.pages:
        assert len(page.fields) == 1 or "heading" in t["pages"][page.name], "several fields need a heading"
        for field in page.fields:
            own = shown.words(page, field)
            assert own["label"]
            if isinstance(field, Choice | Choices) and field.codes and "options" in own:
                _every_code_has_a_label(field, own, load_words(f"pages/{language}/common"))


def _every_code_has_a_label(field: Choice | Choices, own: Words, common: Words) -> None:
    named = own["options"]
    labels = common[named] if isinstance(named, str) else named
    assert set(field.codes) <= labels.keys()
    if "groups" in own:
        grouped = [code for group in common[own["groups"]] for code in group["codes"]]
        assert sorted(grouped) == sorted(field.codes)
