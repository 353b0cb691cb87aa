"""A journey: pages of questions in order, some only after certain answers; then check, then send (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.errors import FieldError, InvalidAnswer, NotFound
from chalicelib.forms.fields import Choice, Choices, Fault, Field, Given, Typed, Value

Answers = Mapping[str, Value]
"""Answers by field name, over all pages of one journey."""
PageAnswers = Mapping[str, Mapping[str, Value]]
"""Answers by page, then by field: two tabs that answer two pages write past each other."""

Offers = Mapping[str, Mapping[str, str]]
"""Codes that only the moment knows, with how each reads, by field."""

RESERVED = frozenset({"check", "done"})


def always(answers: Answers) -> bool:
    """Ask whatever was answered before."""
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """One page: one question, or a few fields that only make sense together.

    A page without fields only tells something. `link` is the path of a page of ours offered beside it.
    """

    name: str
    fields: tuple[Field, ...]
    asked: Callable[[Answers], bool] = always
    link: str = ""

    def read(self, typed: Typed, given: Given) -> dict[str, Value]:
        """Return the page's answers; raises InvalidAnswer with every fault, each under its field's name."""
        found: dict[str, Value] = {}
        faults = []
        for field in self.fields:
            try:
                value = field.read(typed, given)
            except Fault as fault:
                faults.append(FieldError(field.name, fault.code))
                continue
            if value is not None:
                found[field.name] = value
        if faults:
            raise InvalidAnswer(tuple(faults))
        return found

    def of_the_moment(self, answers: Mapping[str, Value]) -> list[tuple[str, str]]:
        """Return (field, code) of everything chosen that only the moment offers."""
        return [
            (field.name, code)
            for field in self.fields
            if isinstance(field, Choice | Choices) and not field.codes and field.name in answers
            for code in _codes(answers[field.name])
        ]


def _codes(value: Value) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


@dataclass(frozen=True, slots=True)
class Journey:
    """What is asked for one act. `name` is its path and its words' file; `letter` begins its references."""

    name: str
    letter: str
    pages: tuple[Page, ...]

    def asked(self, answered: PageAnswers) -> list[Page]:
        """Return the pages asked, as the answers before each of them decide."""
        path: list[Page] = []
        for page in self.pages:
            if page.asked(flat([answered.get(before.name, {}) for before in path])):
                path.append(page)
        return path

    def standing(self, answered: PageAnswers, offers: Callable[[], Offers]) -> PageAnswers:
        """Return the answers without the pages of which something chosen is not offered any more.

        `offers` is asked only when something was chosen that the moment offered.
        """
        chosen = {page.name: page.of_the_moment(answered.get(page.name, {})) for page in self.pages}
        if not any(chosen.values()):
            return answered
        now = offers()
        gone = {
            name for name, codes in chosen.items() for field, code in codes if code not in now.get(field, {})
        }
        return {name: answers for name, answers in answered.items() if name not in gone}

    def page(self, name: str, answered: PageAnswers) -> Page:
        """Return a page that is asked; raises NotFound for any other name."""
        for page in self.asked(answered):
            if page.name == name:
                return page
        raise NotFound(f"journey {self.name} does not ask {name}")

    def next_after(self, page: Page, answered: PageAnswers) -> Page | None:
        """Return the page asked after `page`, or None when the answers are to be checked."""
        path = self.asked(answered)
        later = path[path.index(page) + 1 :] if page in path else path
        return later[0] if later else None

    def before(self, page: Page, answered: PageAnswers) -> Page | None:
        """Return the page asked before `page`, or None for the first."""
        path = self.asked(answered)
        place = path.index(page) if page in path else 0
        return path[place - 1] if place else None

    def first_open(self, answered: PageAnswers) -> Page | None:
        """Return the first page asked that has no answer yet, or None when all have."""
        return next((page for page in self.asked(answered) if page.name not in answered), None)

    def answers(self, answered: PageAnswers) -> Answers:
        """Return the answers of all pages asked; those of a page no longer asked are left out."""
        return flat([answered.get(page.name, {}) for page in self.asked(answered)])


@dataclass(frozen=True, slots=True)
class Submission:
    """The checked answers of one sending; `id` names it, so that sending it twice does nothing twice."""

    id: str
    journey: str
    reference: str
    answers: Answers
    at: datetime


def reference(letter: str, submission_id: str) -> str:
    """Return what a person reads out to name a submission: `F-7KQ2-XW3M`."""
    code = submission_id.upper()
    return f"{letter}-{code[:4]}-{code[4:8]}"


def flat(parts: list[Mapping[str, Value]]) -> dict[str, Value]:
    """Return the answers of several pages as one mapping; no two pages asked share a field name."""
    return {name: value for part in parts for name, value in part.items()}
