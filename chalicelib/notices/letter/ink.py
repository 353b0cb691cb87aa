"""Draws laid-out pages as a PDF by ReportLab; looks and places are decided before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, Protocol

from chalicelib.notices.letter.font import font
from chalicelib.notices.letter.marks import Code, Mark, Rule, Text
from chalicelib.notices.letter.pages import Page
from chalicelib.notices.letter.sheet import Sheet

_INK, _FAINT, _HEAD = (
    (0.07, 0.09, 0.11),
    (0.27, 0.32, 0.36),
    (0.05, 0.20, 0.36),
)  # all dark in black and white


class Titled(Protocol):
    """What a document says of itself beside its pages: a Letter, or anything else that is printed."""

    @property
    def language(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def sender(self) -> tuple[str, ...]: ...
    @property
    def notice_id(self) -> str: ...


def draw(letter: Titled, sheet: Sheet, pages: Iterable[Page], keywords: str = "") -> bytes:
    """Return the PDF: the same pages give the same bytes (no clock, no random id)."""
    from reportlab.pdfgen.canvas import Canvas

    paper = BytesIO()
    canvas = Canvas(
        paper,
        pagesize=(sheet.width, sheet.height),
        invariant=True,
        pageCompression=True,
        initialFontName=font(letter.language).fontName,  # or the PDF would name Helvetica and not embed it
        lang=letter.language,
    )
    canvas.setTitle(letter.subject)
    canvas.setAuthor(letter.sender[0])
    canvas.setSubject(letter.notice_id)
    canvas.setCreator("Accord")
    if keywords:
        canvas.setKeywords(keywords)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    pen = _Pen(canvas, sheet.height, font(letter.language).fontName)
    for page in pages:
        for mark in page:
            pen.draw(mark)
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


class _Pen:
    """Turns marks, measured from the top, into the canvas's strokes, measured from the bottom."""

    def __init__(self, canvas: Any, height: float, face: str) -> None:
        self._canvas = canvas
        self._height = height
        self._face = face

    def draw(self, mark: Mark) -> None:
        y = self._height - mark.y
        if isinstance(mark, Text):
            self._text(mark, y)
        elif isinstance(mark, Rule):
            self._rule(mark, y)
        else:
            self._code(mark, y)

    def _text(self, mark: Text, y: float) -> None:
        """The font has no bold face: bold strokes are outlined, a thirtieth of the size thicker."""
        canvas = self._canvas
        ink = _FAINT if mark.faint else _HEAD if mark.bold else _INK
        canvas.setFont(self._face, mark.size)
        canvas.setFillColorRGB(*ink)
        if mark.bold:
            canvas.setStrokeColorRGB(*ink)
            canvas.setLineWidth(mark.size / 30)
        canvas.drawString(mark.x, y, mark.text, mode=2 if mark.bold else None)
        if mark.href:
            end = mark.x + canvas.stringWidth(mark.text, self._face, mark.size)
            canvas.linkURL(mark.href, (mark.x, y - 2, end, y + mark.size))

    def _rule(self, mark: Rule, y: float) -> None:
        self._canvas.setStrokeColorRGB(*_FAINT)
        self._canvas.setLineWidth(mark.weight)
        self._canvas.line(mark.x, y, mark.x + mark.length, y)

    def _code(self, mark: Code, y: float) -> None:
        """One path, filled once: neighbouring modules leave no hairline between them."""
        module = mark.side / len(mark.modules)
        path = self._canvas.beginPath()
        for row, dark in enumerate(mark.modules, 1):
            for column, length in _runs(dark):
                path.rect(mark.x + column * module, y - row * module, length * module, module)
        self._canvas.setFillColorRGB(0, 0, 0)
        self._canvas.drawPath(path, stroke=0, fill=1)


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each run of dark modules begins and how long it is."""
    start = 0
    for part in row.split(b"\0"):
        if part:
            yield start, len(part)
        start += len(part) + 1
