"""The order of a journey's pages follows from the answers, and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date

import pytest

from chalicelib.domain.errors import InvalidAnswer, NotFound
from chalicelib.forms import journeys
from chalicelib.forms.fields import Choice, Given, Words
from chalicelib.forms.journey import RESERVED, Journey, Page, reference

PETS = Journey(
    "pets",
    "P",
    (
        Page("pet", (Choice("pet", ("DOG", "CAT", "NONE")),)),
        Page("walks", (Words("walks"),), asked=lambda answers: answers.get("pet") == "DOG"),
        Page("name", (Words("name"),), asked=lambda answers: answers.get("pet") != "NONE"),
    ),
)
EVERY = [
    found
    for module in pkgutil.iter_modules(journeys.__path__)
    for found in vars(importlib.import_module(f"{journeys.__name__}.{module.name}")).values()
    if isinstance(found, Journey)
]


def names(**answered: dict[str, str]) -> list[str]:
    return [page.name for page in PETS.asked(answered)]


def test_an_answer_decides_what_is_asked_after_it() -> None:
    assert names(pet={"pet": "DOG"}) == ["pet", "walks", "name"]
    assert names(pet={"pet": "CAT"}) == ["pet", "name"]
    assert names(pet={"pet": "NONE"}, name={"name": "Rex"}) == ["pet"]


def test_answers_to_what_is_no_longer_asked_are_left_out() -> None:
    assert PETS.answers({"pet": {"pet": "NONE"}, "name": {"name": "Rex"}}) == {"pet": "NONE"}


def test_the_way_forward_and_back() -> None:
    answered = {"pet": {"pet": "CAT"}}
    pet, _, name = PETS.pages
    assert PETS.next_after(pet, answered) is name
    assert PETS.next_after(name, answered) is None
    assert PETS.before(name, answered) is pet
    assert PETS.before(pet, answered) is None
    assert PETS.first_open(answered) is name
    assert PETS.first_open({**answered, "name": {}}) is None


def test_a_page_that_is_not_asked_is_not_found() -> None:
    with pytest.raises(NotFound):
        PETS.page("walks", {"pet": {"pet": "CAT"}})


def test_every_fault_of_a_page_comes_at_once() -> None:
    page = Page("two", (Choice("a", ("A",)), Words("b", required=True)))
    with pytest.raises(InvalidAnswer) as caught:
        page.read({}, Given(date(2026, 11, 23)))
    assert [error.pointer for error in caught.value.errors] == ["a", "b"]


def test_a_reference_can_be_read_out() -> None:
    assert reference("F", "7kq2xw3mabcdefgh") == "F-7KQ2-XW3M"


@pytest.mark.parametrize("journey", EVERY, ids=lambda journey: journey.name)
def test_page_names_are_unique_and_none_is_reserved(journey: Journey) -> None:
    pages = [page.name for page in journey.pages]
    assert len(set(pages)) == len(pages)
    assert not RESERVED & set(pages)
