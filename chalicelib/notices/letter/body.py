"""A letter's blocks become strips: lines of text, rows of tables, codes; no page is known here (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile, zip_longest

from chalicelib.notices.letter.lines import break_lines
from chalicelib.notices.letter.marks import Code, Mark, Rule, Strip, Text, Width
from chalicelib.notices.letter.sheet import MM
from chalicelib.texts.blocks import Block

_SIZE, _LEADING = 10.5, 16.5  # points; 10.5 is the Chinese size 5, the usual one of official letters
_HEADING, _HEADING_LEADING = 12.5, 18.0
_LABELS = 0.32  # of the width, as in the e-mail
_GUTTER = 4 * MM
_CODE = 25 * MM  # a module of 0.5 mm or more, which any phone reads from arm's length
_LONGEST_ADDRESS = 400  # characters; a longer one makes modules that a phone cannot read at 25 mm
_WHOLE = 8  # lines: a row or an amount's table up to here stays on one page (policy)
_NUMBER = r"-?\d[\d,]{0,24}(?:\.\d+)?"
_MONEY = re.compile(  # as domain/local_form.py writes it
    rf"-?(?:[$£€]|[A-Z]{{3}} |人民币){_NUMBER}元?|{_NUMBER}(?:[港美欧日]元|英镑|人民币| [A-Z]{{3}})"
)


@dataclass(frozen=True, slots=True)
class Column:
    """Sets blocks `width` points wide; `scan` is what stands beside a code."""

    width: float
    measure: Width
    scan: str

    def strips(self, subject: str, blocks: Iterable[Block]) -> Iterator[Strip]:
        """Yield the subject and every block from top to bottom.

        Raises ValueError for a block of unknown kind or a web address too long for a code.
        """
        yield from self._heading(subject, size=13.5)
        yield from self.text(blocks)

    def text(self, blocks: Iterable[Block]) -> Iterator[Strip]:
        """Yield every block from top to bottom; raises ValueError as `strips` does."""
        setters: dict[str, Callable[[Block], Iterable[Strip]]] = {
            "heading": lambda block: self._heading(block.lines[0][0]),
            "paragraph": lambda block: self._paragraph(block.lines[0][0]),
            "list": self._list,
            "table": self._table,
            "link": lambda block: self._link(*block.lines[0]),
        }
        for block in blocks:
            if block.kind not in setters:
                raise ValueError(f"a letter has no block of kind {block.kind!r}")
            yield from setters[block.kind](block)

    def _heading(self, text: str, size: float = _HEADING) -> Iterator[Strip]:
        for strip in self._lines(text, size=size, leading=_HEADING_LEADING, space=4.5 * MM, bold=True):
            yield replace(strip, keep=True)

    def _paragraph(self, text: str) -> list[Strip]:
        return self._lines(text, space=2 * MM)

    def _list(self, block: Block) -> Iterator[Strip]:
        bullet = Text(0, _baseline(_SIZE, _LEADING), "•", _SIZE)
        for (item,) in block.lines:
            for index, strip in enumerate(self._lines(item, x=_GUTTER, space=1.2 * MM)):
                yield strip if index else replace(strip, marks=(bullet, *strip.marks))

    def _table(self, block: Block) -> Iterator[Strip]:
        """Rows of label and value; amounts that end a table stand at one edge and on one page."""
        rows = [_Row(label, value) for label, value in block.lines if f"{label}{value}".strip()]
        first = _first_amount(rows)
        highest = max((row.number for row in rows[first:]), default=0)
        for index, row in enumerate(rows):
            ends, amount = index == len(rows) - 1, index >= first
            total = ends and amount and row.number == highest
            *lines, last = self._row(row, amount, total=total, space=(0.8 if index else 1.8) * MM)
            near_edge = index in (0, len(rows) - 2)  # no row stands alone at a page's edge
            whole = amount and len(rows) - first <= _WHOLE
            yield from lines
            yield replace(last, keep=not ends and (near_edge or whole))

    def _row(self, row: _Row, flush_right: bool, *, total: bool, space: float) -> list[Strip]:
        left = self.width - self.measure(row.value, _SIZE) if flush_right else self.width * _LABELS
        labels = self._broken(row.label, left - _GUTTER)
        values = [row.value] if flush_right else self._broken(row.value, self.width - left)
        pairs = list(zip_longest(labels, values, fillvalue=""))
        strips = []
        for index, (label, value) in enumerate(pairs):
            y = _baseline(_SIZE, _LEADING)
            texts = (
                Text(0, y, label, _SIZE, bold=total, faint=not total),
                Text(left, y, value, _SIZE, bold=total),
            )
            keep = len(pairs) <= _WHOLE or index in (0, len(pairs) - 2)
            seen = tuple(text for text in texts if text.text)
            strips.append(Strip(_LEADING, seen, space if index == 0 else 0.0, keep))
        end = strips[-1]
        line = Rule(0, end.height + 0.6 * MM, self.width, 0.9 if total else 0.35)
        strips[-1] = replace(end, height=end.height + 0.6 * MM, marks=(*end.marks, line))
        return strips

    def _link(self, label: str, address: str) -> Iterator[Strip]:
        """The code at the left; beside it what it opens, how, and the address to type."""
        x, width = _CODE + _GUTTER, self.width - _CODE - _GUTTER
        lines = [Text(x, 0, line, _SIZE, bold=True) for line in self._broken(label, width)]
        lines += [Text(x, 0, line, 9, faint=True) for line in self._broken(self.scan, width, 9)]
        lines += [Text(x, 0, line, _SIZE, href=address) for line in self._broken(address, width)]
        strips = []
        for index, line in enumerate(lines):
            marks: tuple[Mark, ...] = (replace(line, y=_baseline(line.size, _LEADING)),)
            if index == 0:
                marks += (Code(0, 0, _CODE, modules(address)),)
            strips.append(Strip(_LEADING, marks, 4 * MM if index == 0 else 0.0, keep=True))
        rest = max(0.0, _CODE - _LEADING * len(strips))
        yield from strips
        yield Strip(rest + 1 * MM)

    def _lines(
        self, text: str, *, size: float = _SIZE, leading: float = _LEADING, x: float = 0.0, space: float,
        bold: bool = False,
    ) -> list[Strip]:  # fmt: skip
        """Lines of one text; its first two and its last two stay together."""
        lines = self._broken(text, self.width - x, size)
        y = _baseline(size, leading)
        return [
            Strip(
                leading,
                (Text(x, y, line, size, bold=bold),),
                space if index == 0 else 0.0,
                keep=len(lines) > 1 and index in (0, len(lines) - 2),
            )
            for index, line in enumerate(lines)
        ]

    def _broken(self, text: str, width: float, size: float = _SIZE) -> list[str]:
        return break_lines(text, width, size, self.measure)


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    value: str

    @property
    def is_money(self) -> bool:
        return _MONEY.fullmatch(self.value) is not None

    @property
    def number(self) -> int:
        return int("".join(c for c in self.value if c.isdecimal()) or 0)


def _first_amount(rows: list[_Row]) -> int:
    """Return where the amounts begin that end a table; one alone is a value like any other."""
    count = len(list(takewhile(lambda row: row.is_money, reversed(rows))))
    return len(rows) - (count if count > 1 else 0)


def modules(address: str) -> tuple[bytes, ...]:
    """Return a web address as rows of modules, 1 dark (ISO/IEC 18004); ValueError when it is too long."""
    import segno  # a function that sets no letter must not pay for it

    if len(address) > _LONGEST_ADDRESS:
        raise ValueError(f"a web address in a letter has at most {_LONGEST_ADDRESS} characters")
    return tuple(bytes(row) for row in segno.make_qr(address, error="m").matrix)


def _baseline(size: float, leading: float) -> float:
    return (leading + size * 0.72) / 2  # 0.72: how high this font's capitals and Han characters stand
