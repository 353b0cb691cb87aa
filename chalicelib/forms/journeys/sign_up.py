"""Signing up for a talk: which one, how to reach him, and his consent."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.forms.fields import Choice, Choices, Fault, Line
from chalicelib.forms.journey import Journey, Page

_MAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;.]{2,}")
_PHONE = re.compile(r"\+?[0-9]{7,15}")


def contact(text: str) -> str:
    """Return an e-mail address, or a telephone number as bare digits; raises Fault for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _MAIL.fullmatch(plain):
        return plain.lower()
    digits = re.sub(r"[\s().-]", "", plain)
    if _PHONE.fullmatch(digits):
        return digits
    raise Fault("invalid")


SIGN_UP = Journey(
    name="sign_up",
    letter="T",
    pages=(
        Page("talk", (Choice("talk"),)),
        Page(
            "who",
            (
                Line("contact", check=contact, autocomplete="email", inputmode="email"),
                Line("name", most=60, required=False, autocomplete="name"),
            ),
        ),
        Page("consent", (Choices("consent", ("YES",), least=1),)),
    ),
)
