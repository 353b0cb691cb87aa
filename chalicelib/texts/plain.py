"""Values from outside made safe to stand in one line of a message."""

from __future__ import annotations

import re
import unicodedata

# Cc control, Cf bidi, zero-width and other invisible marks, Cs surrogates. Private-use and not yet assigned
# characters stay: banks write rare characters of names with them.
_REMOVED = frozenset({"Cc", "Cf", "Cs"})
_MARKS_IN_A_ROW = 3  # more combining marks than any living script stacks would paint over other lines
_SIGNATURE_BRACKETS = str.maketrans("【】", "()")
_LINK = re.compile(r"https?://[!-~]+")


def plain(value: str) -> str:
    """Return `value` on one line without control, bidi, zero-width or stacked characters.

    They are removed, not refused: a name typed with a stray mark must not stop a lawful notice. A value
    of nothing else becomes empty, and an empty mandatory value does stop it. Newlines become spaces.
    """
    spaced = "".join(" " if c.isspace() else c for c in value)
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _REMOVED)
    return " ".join(_without_stacks(visible).split())


def sms_plain(value: str) -> str:
    """Return `value` as an SMS may carry it: plain, look-alikes folded by NFKC, no signature brackets.

    Folding (policy) turns full-width and mathematical letters into the ordinary ones; letters of other
    scripts stay, since names need them. 【】 would fake a second sender signature.
    """
    return plain(unicodedata.normalize("NFKC", plain(value))).translate(_SIGNATURE_BRACKETS)


def require_link(value: str) -> str:
    """Return a link unchanged (empty stays empty); raises ValueError when it is not visible-ASCII http(s)."""
    if value and not _LINK.fullmatch(value):
        raise ValueError("a link must be http(s) and hold visible ASCII only")
    return value


def _without_stacks(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
