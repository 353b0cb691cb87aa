"""How fields and answers read on a page: what stands in a form again, and what is to be checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib.api.pages import words_of
from chalicelib.domain.local_form import format_date, format_money, money_unit
from chalicelib.forms.fields import Choice, Choices, Field, Given, Typed, Value, offered
from chalicelib.forms.journey import Page, PageAnswers
from chalicelib.texts import fill

Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One answer to be checked: the page that asked for it, what was asked, what was answered."""

    page: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A journey's fields as one reader sees them: `t` are the journey's words in his language.

    `days` puts the codes that the moment offers under headings; without it they stand in one row.
    """

    t: Words
    given: Given
    language: str
    days: Callable[[Sequence[str]], list[tuple[str, dict[str, str]]]] | None = None

    def words(self, page: Page, field: Field) -> Words:
        """Return the words of one field: its page's, or those that several pages share."""
        found: Words = self.t["pages"][page.name].get("fields", self.t.get("fields"))[field.name]
        return found

    def drawn(self, page: Page) -> list[dict[str, Any]]:
        """Return what the macro of each of the page's fields needs."""
        return [
            {
                "field": field,
                "words": self.words(page, field),
                "unit": money_unit(self.given.currency, self.language) if field.kind == "sum" else "",
                "groups": self._groups(field, self.words(page, field)),
            }
            for field in page.fields
        ]

    def typed_again(self, page: Page, answers: Mapping[str, Value]) -> Typed:
        """Return what stands in a page's form when it is seen again."""
        typed: dict[str, list[str]] = {}
        for field in page.fields:
            if field.name in answers:
                typed |= field.typed(answers[field.name], self.given)
        return typed

    def faults(self, page: Page, found: Mapping[str, str]) -> dict[str, str]:
        """Return the message of each faulty field, in the page's order."""
        return {
            field.name: fill(self.words(page, field)["errors"][found[field.name]], **field.limits)
            for field in page.fields
            if field.name in found
        }

    def rows(self, pages: Sequence[Page], answered: PageAnswers) -> list[Row]:
        """Return every answer of the pages, to be checked before it is sent."""
        return [self._row(page, field, answered) for page in pages for field in page.fields]

    def given_answers(self, pages: Sequence[Page], answers: Mapping[str, Value]) -> list[Row]:
        """Return what was answered in a sending that is on record; nothing for what was not asked."""
        asked = [(page, field) for page in pages for field in page.fields if field.name in answers]
        return [self._row(page, field, {page.name: answers}) for page, field in asked]

    def _row(self, page: Page, field: Field, answered: PageAnswers) -> Row:
        words = self.words(page, field)
        value = answered.get(page.name, {}).get(field.name)
        text = words_of("common", self.language)["none"] if value is None else self.text(field, value, words)
        return Row(page.name, words.get("short", words["label"]), text)

    def text(self, field: Field, value: Value, words: Words) -> str:
        """Return an answer as its reader would say it."""
        if isinstance(field, Choice | Choices):
            labels = self._labels(field, words)
            codes = value if isinstance(value, list) else [str(value)]
            return str(words_of("common", self.language)["comma"].join(labels.get(c, c) for c in codes))
        if field.kind == "sum":
            return format_money(int(str(value)), self.given.currency, self.language)
        if field.kind == "day":
            return format_date(date.fromisoformat(str(value)), self.language)
        return str(value)

    def _groups(self, field: Field, words: Words) -> list[dict[str, Any]]:
        """Return a choice's options in groups: [{title, options: [(code, label, hint)]}]; else none."""
        if not isinstance(field, Choice | Choices):
            return []
        if self.days and not field.codes:
            days = self.days(offered(field, self.given))
            return [{"title": day, "options": [(*each, "") for each in of.items()]} for day, of in days]
        labels, hints = self._labels(field, words), words.get("option_hints", {})
        named = words_of("common", self.language)[words["groups"]] if "groups" in words else None
        groups = named or [{"title": "", "codes": offered(field, self.given)}]
        return [
            {"title": g["title"], "options": [(c, labels[c], hints.get(c, "")) for c in g["codes"]]}
            for g in groups
        ]

    def _labels(self, field: Choice | Choices, words: Words) -> Mapping[str, str]:
        """Return how codes read: in the field's own words, in a common list it names, or for the moment."""
        named = words.get("options", {})
        found: Mapping[str, str] = (
            words_of("common", self.language)[named] if isinstance(named, str) else named
        )
        return {**found, **self.given.offers.get(field.name, {})}
