"""Breaks text into lines as Chinese and Western readers expect (pure; GB/T 15834-2011, 5.1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from chalicelib.notices.letter.marks import Width

_Measure = Callable[[str], float]

# One Han, kana or full-width character is a piece of its own; a Western word, number or address is one.
_HAN = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_PIECE = re.compile(rf"\s+|[{_HAN}]|[^\s{_HAN}]+")
_ACCENTED = re.compile(r"\S[\u0300-\u036f]+")
_NEVER_FIRST = frozenset("，。、；：？！）】》〉」』〕〗”’…—·～％,.;:?!)]}%")
_NEVER_LAST = frozenset("（【《〈「『〔〖“‘￥$€£([{")
_UNITS_OF_MEASURE = frozenset("元年月日天时分秒号期次个位")
_SEAMS = "/?&=-"


def composed(text: str) -> str:
    """Return `text` with accents joined to their letters, since a font draws `é` better than `e` and `´`.

    Nothing else is normalised: NFC would also swap Han characters that a name is rightly written with.
    """
    return _ACCENTED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def break_lines(text: str, width: float, size: float, measure_at: Width) -> list[str]:
    """Return `text` at `size` in lines no wider than `width` (both in points); runs of space become one.

    No character is lost or added; only what does not fit a line by itself is cut. Text without any
    character to see has no lines.
    """

    def measure(part: str) -> float:
        return measure_at(part, size)

    lines: list[str] = []
    line, used = "", 0.0
    for space, unit in _units(composed(text)):
        wide, gap = measure(unit), measure(" ") if space and line else 0.0
        if line and used + gap + wide <= width:
            line, used = f"{line}{' ' if gap else ''}{unit}", used + gap + wide
            continue
        if line:
            lines.append(line)
        *full, line = _cut(unit, width, measure)
        lines += full
        used = measure(line)
    return [*lines, line] if line else lines


def _units(text: str) -> Iterator[tuple[bool, str]]:
    """Yield what a line must not part, each with whether space stands before it."""
    space, unit, spaced = False, "", False
    for piece in _PIECE.findall(text):
        if piece.isspace():
            spaced = True
            continue
        if unit and not spaced and _belong_together(unit[-1], piece[0]):
            unit += piece
            continue
        if unit:
            yield space, unit
        space, unit, spaced = spaced, piece, False
    if unit:
        yield space, unit


def _belong_together(last: str, first: str) -> bool:
    if first in _NEVER_FIRST or last in _NEVER_LAST:
        return True
    return last.isdigit() and first in _UNITS_OF_MEASURE


def _cut(unit: str, width: float, measure: _Measure) -> Iterator[str]:
    """Yield a unit in parts that fit, each cut after a seam of a web address when its last half has one."""
    while measure(unit) > width and len(unit) > 1:
        end, used = 1, measure(unit[0])
        while end < len(unit) and (used := used + measure(unit[end])) <= width:
            end += 1
        seam = 1 + max(unit.rfind(mark, 0, end) for mark in _SEAMS)
        end = seam if seam > end / 2 else end
        yield unit[:end]
        unit = unit[end:]
    if unit:
        yield unit
