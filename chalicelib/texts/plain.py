"""Values from outside made safe to stand in one line of a message."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Cc control, Cf bidi, zero-width and other invisible marks, Cs surrogates. Private-use and not yet assigned
# characters stay: banks write rare characters of names with them.
_REMOVED = frozenset({"Cc", "Cf", "Cs"})
# Letters, marks and symbols that show nothing (Default_Ignorable_Code_Point, Unicode 15), yet are not Cf.
_INVISIBLE = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0))
)
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0000, 0xE1000))
_MARKS = ("Mn", "Me")
_MARKS_IN_A_ROW = 3  # more combining marks than any living script stacks would paint over other lines
_SIGNATURE_BRACKETS = str.maketrans("【】〖〗〘〙", "()()()")
_LINK = re.compile(r"https?://[!-~]+")
# What a phone makes a link of besides a scheme: a dot before a label of letters, and a dotted quad. The
# ideographic full stop, which browsers take for a dot, only between ASCII: else it ends a Chinese sentence.
_LABEL_DOT = re.compile(r"((?<=\S)\.(?=[^\W\d_]\w)|(?<=[!-~])。(?=[A-Za-z]\w))")
_QUAD = re.compile(r"\d+(?:\.\d+){3,}")
_TYPOGRAPHY = str.maketrans("‘’“”–—", "''\"\"--")


def plain(value: str) -> str:
    """Return `value` on one line without control, bidi, zero-width, invisible or stacked characters.

    They are removed, not refused: a name typed with a stray mark must not stop a lawful notice. A value
    of nothing else becomes empty, and an empty mandatory value does stop it. Newlines become spaces.
    """
    return " ".join(_without_stacks(value.translate(_SHOWN)).split())


def sms_plain(value: str) -> str:
    """Return `value` as a short message may carry it: plain, look-alikes folded, no brackets, no links.

    Folding (policy) turns full-width and mathematical letters into the ordinary ones (NFKC) and typographic
    quotes and dashes into those of GSM-7; letters of other scripts stay, since names need them. 【】 would
    fake a second sender signature. A link or domain is broken by spaces (policy): the only thing to tap in
    a message is our own link, and a borrower called `evil.example` still gets his notice.
    """
    folded = plain(unicodedata.normalize("NFKC", plain(value)).translate(_TYPOGRAPHY))
    return _without_links(folded.translate(_SIGNATURE_BRACKETS))


def require_link(value: str) -> str:
    """Return a link unchanged (empty stays empty); raises ValueError when it is not visible-ASCII http(s)."""
    if value and not _LINK.fullmatch(value):
        raise ValueError("a link must be http(s) and hold visible ASCII only")
    return value


def _without_links(text: str) -> str:
    unschemed = " ".join(text.replace("://", " ").split())
    quads = _QUAD.sub(lambda found: found[0].replace(".", ". "), unschemed)
    return _LABEL_DOT.sub(r"\1 ", quads)


def _without_stacks(text: str) -> str:
    if text.isascii() or not any(map(_is_mark, text)):
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


@cache
def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in _MARKS


class _Shown(dict[int, str]):
    """What str.translate puts for each code point, looked up once: a space, nothing, or the character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        hidden = (
            unicodedata.category(character) in _REMOVED
            or character in _INVISIBLE
            or any(code in selectors for selectors in _SELECTORS)
        )
        self[code] = " " if character.isspace() else "" if hidden else character
        return self[code]


_SHOWN = _Shown()
