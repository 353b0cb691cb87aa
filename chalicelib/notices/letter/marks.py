"""What stands on a page, before any ink: texts, lines and codes at their places (pure)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

# The width of a text in points, and its size in points.
Width = Callable[[str, float], float]


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text: `x` its left end, `y` its baseline; `faint` is for labels, `href` where it leads."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    faint: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line."""

    x: float
    y: float
    length: float
    weight: float = 0.4


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: upper left corner, side, and its rows of modules (1 is dark)."""

    x: float
    y: float
    side: float
    modules: tuple[bytes, ...]


Mark = Text | Rule | Code


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of the body as high as one line, which no page break cuts.

    `space` precedes it unless it begins a page; `keep` forbids a page break after it.
    """

    height: float
    marks: tuple[Mark, ...] = ()
    space: float = 0.0
    keep: bool = False


def moved(mark: Mark, x: float, y: float) -> Mark:
    """Return the mark, `x` further right and `y` further down."""
    return replace(mark, x=mark.x + x, y=mark.y + y)
