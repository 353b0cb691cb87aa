"""The pages' words: the same in both languages, and none missing for what can be asked or chosen."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.forms.fields import Choice, Choices
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
    t, common = (
        load_words(f"pages/{language}/journeys/{journey.name}"),
        load_words(f"pages/{language}/common"),
    )
    assert t["pages"].keys() == {page.name for page in journey.pages}
    for page in journey.pages:
        words = t["pages"][page.name]
        assert words["fields"].keys() == {field.name for field in page.fields}
        assert len(page.fields) == 1 or "heading" in words, "several questions need a heading over them"
        for field in page.fields:
            own = words["fields"][field.name]
            assert own["label"]
            if isinstance(field, Choice | Choices) and field.codes:
                named = own["options"]
                labels = common[named] if isinstance(named, str) else named
                assert set(field.codes) <= labels.keys()
                if "groups" in own:
                    grouped = [code for group in common[own["groups"]] for code in group["codes"]]
                    assert sorted(grouped) == sorted(field.codes)
