"""Puts a letter on pages: the window's address, letterhead, details, body, folds and footers (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.domain.errors import LetterTooFull
from chalicelib.notices.letter.body import Column
from chalicelib.notices.letter.lines import break_lines
from chalicelib.notices.letter.marks import Mark, Rule, Strip, Text, Width, moved
from chalicelib.notices.letter.sheet import MM, Box, Sheet
from chalicelib.texts import fill, load_words

if TYPE_CHECKING:
    from chalicelib.notices.letter import Letter

_ADDRESS = (
    10.5,
    9.5,
    8.5,
    7.5,
    7.0,
)  # points; sorting machines ask for 7 at least (policy: the largest that fits)
_RETURN = (7.0, 6.0)
_NAME = (15.0, 12.0, 10.0)
_CONTACT = (8.5, 7.0)
_FOOTER = 8.0
_DETAIL = 10.0
_LINE = 1.22  # a line's height over its size, where lines are close

Page = list[Mark]


def lay_out(letter: Letter, sheet: Sheet, measure: Width) -> list[Page]:
    """Return the pages of a letter, each a list of marks in reading order.

    Raises LetterTooFull when the address does not fit the window or the sender its letterhead.
    """
    words = load_words(f"letter.{letter.language}")
    column = Column(sheet.body.width, measure, words["scan"])
    first: Page = [
        *_letterhead(letter, sheet, measure),
        *_window(letter, sheet, measure),
        *_details(letter, sheet.details, measure, words),
        *(Rule(4 * MM, fold, 4 * MM) for fold in sheet.folds),
    ]
    pages = paginate(list(column.strips(letter.subject, letter.blocks)), sheet)
    pages[0][:0] = first
    for number, page in enumerate(pages, 1):
        count = fill(words["page"], page=number, pages=len(pages))
        page.extend(_footer(letter, sheet, measure, count, words))
    return pages


def paginate(strips: Sequence[Strip], sheet: Sheet) -> list[Page]:
    """Place strips from top to bottom; what must keep together moves to the next page, if it fits one."""
    bottom = sheet.body.top + sheet.body.height
    pages: list[Page] = [[]]
    top = y = sheet.body.top
    for chunk in _chunks(strips):
        fits = y + _height(chunk, spaced=y > top) <= bottom
        if not fits and y > top:
            pages.append([])
            top = y = sheet.next_top
        for strip in chunk:
            y += strip.space if y > top else 0.0
            if strip.marks and y + strip.height > bottom and y > top:  # a chunk higher than a page
                pages.append([])
                top = y = sheet.next_top
            pages[-1] += [moved(mark, sheet.body.left, y) for mark in strip.marks]
            y += strip.height
    return pages


def _chunks(strips: Iterable[Strip]) -> Iterator[list[Strip]]:
    chunk: list[Strip] = []
    for strip in strips:
        chunk.append(strip)
        if not strip.keep:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _height(chunk: Sequence[Strip], *, spaced: bool) -> float:
    height = sum(strip.height + strip.space for strip in chunk)
    return height if spaced else height - chunk[0].space


def _letterhead(letter: Letter, sheet: Sheet, measure: Width) -> Iterator[Mark]:
    box = sheet.letterhead
    name = _fitted(letter.sender[:1], box, _NAME, measure, "sender", bold=True)
    below = 4 + max((text.y for text in name), default=box.top)
    rest = Box(box.left, below, box.width, box.top + box.height - below)
    yield from name
    yield from _fitted(letter.sender[1:], rest, _CONTACT, measure, "sender", faint=True)


def _window(letter: Letter, sheet: Sheet, measure: Width) -> Iterator[Mark]:
    """What the envelope shows: who writes and where it returns to, and the recipient; nothing of the debt."""
    box = sheet.returns
    if box.height:
        back = " · ".join(letter.sender[:2])
        yield from _fitted((back,), box, _RETURN, measure, "sender", faint=True, at_bottom=True)
        yield Rule(box.left, box.top + box.height, box.width)
    yield from _fitted(letter.recipient, sheet.address, _ADDRESS, measure, "recipient")


def _details(letter: Letter, box: Box, measure: Width, words: dict[str, Any]) -> Iterator[Mark]:
    y = box.top
    for name in ("date", "notice_id", "verify_code"):
        yield Text(box.left, y + 8, words[name], 8, faint=True)
        y += 13
        for line in break_lines(getattr(letter, name), box.width, _DETAIL, measure):
            yield Text(box.left, y + 8, line, _DETAIL)
            y += 13
        y += 4


def _footer(
    letter: Letter, sheet: Sheet, measure: Width, count: str, words: dict[str, Any]
) -> Iterator[Mark]:
    y, left, width = sheet.height - 12 * MM, sheet.body.left, sheet.body.width
    yield Rule(left, y - 12, width)
    yield Text(left, y, f"{words['notice_id']} {letter.notice_id}", _FOOTER, faint=True)
    yield Text(left + width - measure(count, _FOOTER), y, count, _FOOTER, faint=True)


def _fitted(
    texts: Sequence[str], box: Box, sizes: Sequence[float], measure: Width, part: str, *,
    bold: bool = False, faint: bool = False, at_bottom: bool = False,
) -> list[Text]:  # fmt: skip
    """Return texts in the largest of `sizes` at which they fit the box; raises LetterTooFull for `part`."""
    for size in sizes:
        lines = [line for text in texts for line in break_lines(text, box.width, size, measure)]
        height = len(lines) * size * _LINE
        if height <= box.height:
            top = box.top + (box.height - height - 2 if at_bottom else 0.0)
            return [
                Text(box.left, top + size * (1 + index * _LINE), line, size, bold=bold, faint=faint)
                for index, line in enumerate(lines)
            ]
    raise LetterTooFull(part)
