"""The summary as a PDF: A4, one embedded font for every script, the same bytes for the same words."""

from __future__ import annotations

from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from chalicelib.notices.evidence.summary import Rows, Section
from chalicelib.texts import FOLDER

_FONT = "Evidence"
_MARGIN, _WIDTH = 48, 487  # points; A4 is 595 wide, a frame keeps 6 on either side
# Shares of the width by number of columns.
_SHARES = {
    2: (0.24, 0.76),
    3: (0.24, 0.62, 0.14),
    4: (0.14, 0.22, 0.34, 0.30),
    5: (0.22, 0.15, 0.31, 0.2, 0.12),
}


def draw(title: str, lead: str, sections: tuple[Section, ...], footer: str, language: str) -> bytes:
    """Return the PDF; `footer` stands on every page. A character the font lacks is shown as `[U+4E00]`."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    styles = _styles(language)
    story = [_text(title, styles["title"]), _text(lead, styles["small"])]
    for section in sections:
        story += _drawn(section, styles)

    def foot(canvas: Any, document: Any) -> None:
        canvas.setFont(_FONT, 7)
        canvas.drawString(_MARGIN + 6, 28, _legible(footer))
        canvas.drawRightString(_MARGIN + 6 + _WIDTH, 28, str(document.page))

    out = BytesIO()
    look: dict[str, Any] = {f"{side}Margin": _MARGIN for side in ("left", "right", "top", "bottom")}
    look |= {"pagesize": A4, "title": title, "author": "Accord", "lang": language}
    document = SimpleDocTemplate(out, invariant=1, **look)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _drawn(section: Section, styles: dict[str, Any]) -> list[Any]:
    from reportlab.platypus import KeepTogether

    heading = _text(section.title, styles["heading"])
    if section.rows:
        rows = (section.columns, *section.rows) if section.columns else section.rows
        table = _table(rows, styles["cell"], headed=bool(section.columns))
        return [KeepTogether([heading, table])] if len(rows) < 6 else [heading, table]
    return [KeepTogether([heading, *(_text(line, styles["small"]) for line in section.lines)])]


def _table(rows: Rows, style: Any, *, headed: bool) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table

    widths = [share * _WIDTH for share in _SHARES[len(rows[0])]]
    cells = [[_text(cell, style) for cell in row] for row in rows]
    look = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#BBBBBB")),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    if headed:
        look.append(("BACKGROUND", (0, 0), (-1, 0), HexColor("#EEEEEE")))
    return Table(cells, colWidths=widths, style=look, repeatRows=int(headed), spaceBefore=2)


def _text(text: str, style: Any) -> Any:
    """Return a paragraph; nothing in `text` is read as markup, which could name files to draw."""
    from reportlab.platypus import Paragraph

    return Paragraph(escape(_legible(text)).replace("\n", "<br/>"), style)


def _styles(language: str) -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    wrap = "CJK" if language.startswith("zh") else None
    plain = {"fontName": _font().fontName, "wordWrap": wrap}
    return {
        "title": ParagraphStyle("title", fontSize=15, leading=20, spaceAfter=4, **plain),
        "heading": ParagraphStyle("heading", fontSize=10.5, leading=14, spaceBefore=8, spaceAfter=2, **plain),
        "small": ParagraphStyle("small", fontSize=8, leading=11, spaceAfter=2, **plain),
        "cell": ParagraphStyle("cell", fontSize=7.5, leading=9.5, **plain),
    }


def _legible(text: str) -> str:
    glyphs = _font().face.charToGlyph
    return "".join(_shown(character, glyphs) for character in text)


def _shown(character: str, glyphs: dict[int, int]) -> str:
    if character == "\n" or ord(character) in glyphs:
        return character
    return f"[U+{ord(character):04X}]"


@cache
def _font() -> Any:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(_FONT, str(_font_path()))
    # ReportLab takes faces of one name for one face, and would forget the second.
    font.face.name += b"-evidence"
    registerFont(font)
    return font


def _font_path() -> Path:
    """Return the font that ships with the texts."""
    folder = FOLDER / "fonts"
    found = sorted(path for path in folder.glob("*") if path.suffix in (".ttf", ".ttc"))
    if not found:
        raise FileNotFoundError(f"no font in {folder}: put a TrueType font with Chinese glyphs there")
    return found[0]
