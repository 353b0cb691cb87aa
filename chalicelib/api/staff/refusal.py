"""Why an act was refused, in its reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chalicelib.domain.errors import AccordError
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import format_date, format_moment, format_money
from chalicelib.domain.money import Sum
from chalicelib.staff.wording import read
from chalicelib.texts import fill, load_words

OWN = "en"
"""The language that the errors' messages are written in."""


def told(error: AccordError, language: str) -> dict[str, Any]:
    """Return what the error page says of a refusal, and whether that had to stay in the error's language."""
    known = {} if language == OWN else load_words(f"staff/{language}/refusals")["messages"]
    message = error.message if language == OWN else known.get(error.message)
    if message is None:
        return {"said": str(error), "foreign": True}
    values = {name: _read(value, language) for name, value in error.values.items()}
    said: str = fill(message, **values) if values else message
    return {"said": f"{said[:1].upper()}{said[1:]}." if language == OWN else said, "foreign": False}


def called(about: str) -> str:
    """Return what people call something by: a case's reference, the name of anything else as it is."""
    try:
        return CaseId.parse(about).reference
    except ValueError:
        return about


def _read(value: object, language: str) -> str:
    match value:
        case tuple():
            comma: str = _words(language, "common")["comma"]
            return comma.join(_read(each, language) for each in value)
        case datetime():
            return format_moment(value, language)
        case date():
            return format_date(value, language)
        case Sum():
            return format_money(value.minor, value.currency, language)
        case CaseId():
            return value.reference
        case _:
            return _named(str(value), language)


def _named(text: str, language: str) -> str:
    """Return how a code or a case's name reads; anything else as it is."""
    own: Mapping[str, str] = _words(language, "refusals")["values"]
    found = own.get(text) or read(text, language)
    return called(text) if found == text else found


def _words(language: str, name: str) -> dict[str, Any]:
    return load_words(f"staff/{language}/{name}")
