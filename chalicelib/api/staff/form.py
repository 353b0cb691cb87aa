"""An act's fields as its form draws them, in one language (pure but for the words)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.api.staff.pages import words_of
from chalicelib.domain.local_form import money_unit
from chalicelib.forms.fields import Choice, Choices, Field, Given, offered
from chalicelib.staff.act import Act
from chalicelib.texts import fill


@dataclass(frozen=True, slots=True)
class Form:
    """An act's form for one reader."""

    act: Act
    given: Given
    language: str

    @property
    def words(self) -> Mapping[str, Any]:
        """The act's own words."""
        found: Mapping[str, Any] = words_of("acts", self.language)["acts"][self.act.name]
        return found

    def drawn(self) -> list[dict[str, Any]]:
        """Return what the macro of each field needs; one with nothing to choose from now is left out."""
        return [
            {
                "field": field,
                "words": self._words(field),
                "unit": money_unit(self.given.currency, self.language) if field.kind == "sum" else "",
                "groups": self._groups(field),
            }
            for field in self.act.fields
            if not isinstance(field, Choice | Choices) or offered(field, self.given)
        ]

    def faults(self, found: Mapping[str, str]) -> dict[str, str]:
        """Return the message of each faulty field, in the form's order."""
        messages = words_of("acts", self.language)["errors"]
        return {
            field.name: fill(messages[found[field.name]], label=self._words(field)["label"], **field.limits)
            for field in self.act.fields
            if field.name in found
        }

    def _words(self, field: Field) -> Mapping[str, Any]:
        own = self.words.get("fields", {}).get(field.name)
        shared: Mapping[str, Any] = words_of("acts", self.language)["fields"]
        found: Mapping[str, Any] = own or shared[field.name]
        return found

    def _groups(self, field: Field) -> list[dict[str, Any]]:
        if not isinstance(field, Choice | Choices):
            return []
        codes = offered(field, self.given)
        named = {**words_of("codes", self.language)["values"], **self._words(field).get("options", {})}
        moment = self.given.offers.get(field.name, {})
        labels = {**named, **{code: label for code, label in moment.items() if label}}
        return [{"title": "", "options": [(code, labels.get(code, code), "") for code in codes]}]
