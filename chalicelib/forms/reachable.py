"""Lines by which somebody is reached: a telephone number, or a number or an e-mail address (pure)."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.forms.fields import Fault

_NUMBER = re.compile(r"\+?[0-9]{6,15}")
_EMAIL = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}")


def telephone(text: str) -> str:
    """Return a telephone number as digits, `+` in front if it was; raises Fault(`invalid`)."""
    number = re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", text))
    if not _NUMBER.fullmatch(number):
        raise Fault("invalid")
    return number


def telephone_or_email(text: str) -> str:
    """Return either in the one form in which it is compared; raises Fault(`invalid`)."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    return address if _EMAIL.fullmatch(address) else telephone(text)
