"""The one font of all letters: which characters it has, how wide they are, what ReportLab embeds of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from chalicelib.notices.letter.marks import Width
from chalicelib.texts import FOLDER

# The file keeps the narrow forms of Western text at private code points (fonts/README.md): ‘ ’ “ ” …
_NARROW = {0x2018: 0xE018, 0x2019: 0xE019, 0x201C: 0xE01C, 0x201D: 0xE01D, 0x2026: 0xE026}


@cache
def font(language: str) -> Any:
    """Return the process's font for a language, parsed at its first letter (about 0.1 s of CPU).

    Chinese sets quotation marks as wide as a character (GB/T 15834-2011, 5.1), Western text narrow.
    """
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    path = str(FOLDER / "fonts" / "wqy-microhei.ttf")
    made = TTFont(f"Accord-{language}", path, asciiReadable=False, shapable=False)
    # ReportLab takes faces of one name for one face, and would forget the second.
    made.face.name += f"-{language}".encode()
    for place, code in _NARROW.items():
        for known in (made.face.charToGlyph, made.face.charWidths):
            narrow = known.pop(code)
            known[place] = known[place] if language.startswith("zh") else narrow
    registerFont(made)
    return made


def missing_from_font(texts: Iterable[str], language: str) -> list[str]:
    """Return the characters of `texts` that cannot be drawn, each once, in order; spaces need no glyph."""
    glyphs = font(language).face.charToGlyph
    return sorted({c for text in texts for c in text if not c.isspace() and ord(c) not in glyphs})


def measure_in(language: str) -> Width:
    """Return what measures, in points, a text of a language that the font has all characters of."""
    widths = font(language).face.charWidths
    return lambda text, size: sum(widths[ord(c)] for c in text) * size / 1000
