"""A notice as a letter: one PDF for the print house, laid out for a window envelope (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.errors import MissingGlyphs
from chalicelib.domain.local_form import require_language
from chalicelib.notices.letter.font import measure_in, missing_from_font
from chalicelib.notices.letter.ink import draw
from chalicelib.notices.letter.lines import composed
from chalicelib.notices.letter.pages import lay_out
from chalicelib.notices.letter.sheet import SHEETS
from chalicelib.texts.blocks import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter says.

    `sender` is the name, then where undeliverable post returns to, then other ways to reach him; `recipient`
    the postal lines from the name down; `date` the day in the reader's form; `blocks` the same that the
    e-mail shows; `notice_id` and `verify_code` are short.
    """

    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    date: str
    subject: str
    blocks: tuple[Block, ...]
    language: str
    notice_id: str
    verify_code: str


def letter_pdf(letter: Letter, paper: str = "A4") -> bytes:
    """Return the letter as PDF on `paper` (`A4` or `LETTER`); the same letter gives the same bytes.

    Raises MissingGlyphs when the font lacks a character and LetterTooFull when the address or the sender
    does not fit its place (both LetterHeld: a person must send it by hand), ValueError for a letter without
    sender or recipient, an unknown paper, language or block, or a web address too long for a code.
    """
    require_language(letter.language)
    if paper not in SHEETS:
        raise ValueError(f"paper {paper!r} is none of {', '.join(SHEETS)}")
    if not ("".join(letter.sender[:1]).strip() and "".join(letter.recipient).strip()):
        raise ValueError("a letter needs a sender and a recipient")
    if missing := missing_from_font(map(composed, _texts(letter)), letter.language):
        raise MissingGlyphs(missing)
    sheet = SHEETS[paper]
    return draw(letter, sheet, lay_out(letter, sheet, measure_in(letter.language)))


def _texts(letter: Letter) -> Iterator[str]:
    yield from (*letter.sender, *letter.recipient)
    yield from (letter.date, letter.subject, letter.notice_id, letter.verify_code)
    for block in letter.blocks:
        for line in block.lines:
            yield from line
