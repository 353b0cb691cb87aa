"""What is asked of somebody without a link: a code and its day, or a reference and a factor (pure)."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.forms.fields import Day, Fault, Line
from chalicelib.forms.journey import Page


def _signs(text: str, most: int) -> str:
    signs = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())
    if not signs or len(signs) > most:
        raise Fault("invalid")
    return signs


def _code(text: str) -> str:
    signs = _signs(text, 8)
    if len(signs) != 8:
        raise Fault("invalid")
    return signs


def _reference(text: str) -> str:
    signs = _signs(text, 16)
    if not re.fullmatch(r"(AC)?[A-Z2-7]{8}[1-9][0-9]{0,3}", signs):
        raise Fault("invalid")
    return signs


GENUINE = Page("genuine", (Line("code", check=_code, most=20), Day("day", first=-400, last=0)))
FIND = Page(
    "find",
    (Line("reference", check=_reference, most=30), Line("factor", most=10)),
)
