"""How the codes of the record read at the desk, in its reader's language."""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.domain.directory import parts_of
from chalicelib.domain.local_form import format_date
from chalicelib.texts import fill, load_words


def read(text: str, language: str) -> str:
    """Return how a code, or a reason with its values, reads; anything else as it is."""
    codes = _codes(language)
    if (found := parts_of(text)) is None:
        return str(codes["values"].get(text, text))
    reason, values = found
    said = {f"v{number}": _value(each, language) for number, each in enumerate(values, 1)}
    try:
        return str(fill(codes["reasons"][reason], **said))
    except KeyError:  # somebody's own word, not a reason of ours
        return text


def _codes(language: str) -> dict[str, Any]:
    return load_words(f"staff/{language}/codes")


def _value(text: str, language: str) -> str:
    try:
        return format_date(date.fromisoformat(text), language)
    except ValueError:
        return str(_codes(language)["values"].get(text, text))
