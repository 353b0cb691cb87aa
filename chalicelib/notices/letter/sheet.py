"""Paper, and where a window envelope shows through it; lengths in points from the upper left corner."""

from __future__ import annotations

from dataclasses import dataclass

MM = 72 / 25.4  # points


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a sheet: its upper left corner and its size."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def of_mm(cls, left: float, top: float, width: float, height: float) -> Box:
        """Return the box that these millimetres name."""
        return cls(left * MM, top * MM, width * MM, height * MM)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper size with the places of a letter's first page.

    `window` is what an envelope shows; `returns` and `address` lie in it and hold the sender's return line
    (no height: none) and the recipient. `details` holds date and numbers, `body` is the first page's text;
    on later pages the text starts at `next_top`. `folds` are distances from the top.
    """

    name: str
    width: float
    height: float
    letterhead: Box
    window: Box
    returns: Box
    address: Box
    details: Box
    body: Box
    next_top: float
    folds: tuple[float, ...]


# DIN 5008:2020 form B: the address field 85 mm x 45 mm, 20 mm from the left and 45 mm from the top, its upper
# 17.7 mm for the sender; it shows in the window of a DL, C6/5 or C5 envelope made to DIN 680.
A4 = Sheet(
    "A4",
    210 * MM,
    297 * MM,
    letterhead=Box.of_mm(25, 14, 165, 28),
    window=Box.of_mm(20, 45, 85, 45),
    returns=Box.of_mm(25, 51, 78, 10.5),
    address=Box.of_mm(25, 62.7, 78, 27.3),
    details=Box.of_mm(125, 50, 65, 40),
    body=Box.of_mm(25, 100, 165, 297 - 100 - 24),
    next_top=22 * MM,
    folds=(105 * MM, 210 * MM),
)

# US No. 10 envelope, window 4 1/2 x 1 1/8 in, 7/8 in from the left and 1/2 in from the bottom, around a sheet
# folded in three that lies at the envelope's lower edge; the address keeps clear of the sheet's play.
US_LETTER = Sheet(
    "LETTER",
    215.9 * MM,
    279.4 * MM,
    letterhead=Box.of_mm(25, 14, 165.9, 28),
    window=Box.of_mm(22.2, 51.9, 88.9, 28.6),
    returns=Box.of_mm(25, 50, 85, 0),
    address=Box.of_mm(25, 55, 83, 25),
    details=Box.of_mm(125, 50, 65.9, 40),
    body=Box.of_mm(25, 98, 165.9, 279.4 - 98 - 24),
    next_top=22 * MM,
    folds=(279.4 / 3 * MM, 279.4 / 3 * 2 * MM),
)

SHEETS = {sheet.name: sheet for sheet in (A4, US_LETTER)}
