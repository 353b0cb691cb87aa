"""Agreements and certificates as PDF: one plain sheet after another, the same bytes for the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.errors import MissingGlyphs
from chalicelib.mediation.agreement.contents import Contents
from chalicelib.notices.letter.body import Column
from chalicelib.notices.letter.font import measure_in, missing_from_font
from chalicelib.notices.letter.ink import draw
from chalicelib.notices.letter.lines import break_lines, composed
from chalicelib.notices.letter.marks import Rule, Strip, Text, Width
from chalicelib.notices.letter.pages import Page, paginate
from chalicelib.notices.letter.sheet import A4, MM, US_LETTER, Box, Sheet
from chalicelib.texts import fill, load_words

_TITLE, _BELOW, _FOOTER = 18.0, 9.5, 8.0  # points
_FIRST = 24 * MM


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document to be printed: its name and number, who issues it, and its text in one or more languages.

    `mark` stands at the foot of each page; `keywords` are for programs that read the file.
    """

    title: str
    reference: str
    issuer: str
    texts: Sequence[tuple[str, Contents]]
    mark: str
    keywords: str = ""

    @property
    def language(self) -> str:
        """The language of the first text, in whose forms the whole is set."""
        return self.texts[0][0]

    @property
    def subject(self) -> str:
        """What a reader's window is called."""
        return f"{self.title} {self.reference}"

    @property
    def sender(self) -> tuple[str, ...]:
        """Who issues it."""
        return (self.issuer,)

    @property
    def notice_id(self) -> str:
        """Its number."""
        return self.reference


def paper_pdf(paper: Paper, jurisdiction: str) -> bytes:
    """Return the PDF, A4 or in the US Letter; the same paper gives the same bytes.

    Raises MissingGlyphs when the font lacks a character: then a person must write it by hand.
    """
    language, sheet = paper.language, _sheet(US_LETTER if jurisdiction == "US" else A4)
    if missing := missing_from_font(map(composed, _said(paper)), language):
        raise MissingGlyphs(missing)
    measure = measure_in(language)
    pages: list[Page] = []
    for own, text in paper.texts:  # each language begins on a page of its own
        column = Column(sheet.body.width, measure, "")
        strips = [*_head(text, sheet.body.width, measure_in(own)), *column.text(text.blocks)]
        pages += paginate(strips, sheet)
    words = load_words(f"letter.{language}")
    for number, page in enumerate(pages, 1):
        count = fill(words["page"], page=number, pages=len(pages))
        page.extend(_footer(paper.mark, count, sheet, measure))
    return draw(paper, sheet, pages, paper.keywords)


def _sheet(sheet: Sheet) -> Sheet:
    """Return a sheet without a place for an address."""
    left, width = sheet.body.left, sheet.body.width
    return replace(sheet, body=Box(left, _FIRST, width, sheet.height - _FIRST - 24 * MM), folds=())


def _head(text: Contents, width: float, measure: Width) -> Iterator[Strip]:
    """The title in the middle, what stands below it, and a line."""
    for line in break_lines(text.title, width, _TITLE, measure):
        x = (width - measure(line, _TITLE)) / 2
        yield Strip(26, (Text(x, 20, line, _TITLE, bold=True),), keep=True)
    for line in break_lines(text.subtitle, width, _BELOW, measure):
        x = (width - measure(line, _BELOW)) / 2
        yield Strip(16, (Text(x, 12, line, _BELOW, faint=True),), keep=True)
    yield Strip(8, (Rule(0, 6, width, 0.9),), keep=True)


def _footer(mark: str, count: str, sheet: Sheet, measure: Width) -> Iterator[Text | Rule]:
    y, left, width = sheet.height - 12 * MM, sheet.body.left, sheet.body.width
    yield Rule(left, y - 12, width)
    yield Text(left, y, mark, _FOOTER, faint=True)
    yield Text(left + width - measure(count, _FOOTER), y, count, _FOOTER, faint=True)


def _said(paper: Paper) -> Iterator[str]:
    yield from (paper.title, paper.reference, paper.issuer, paper.mark)
    for _, text in paper.texts:
        yield from (text.title, text.subtitle)
        for block in text.blocks:
            for line in block.lines:
                yield from line
