"""Tables for a spreadsheet: CSV whose cells are text and never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # OWASP: CSV injection
MOST_ROWS = 5_000
"""*Policy*: what one answer of a Lambda function (6 MB) holds with room to spare."""
_BOM = "\ufeff"  # Excel reads UTF-8 by it


def sheet(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV (RFC 4180) with a byte order mark; at most MOST_ROWS rows."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow([neutral(head) for head in heads])
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            break
        writer.writerow([neutral(cell) for cell in row])
    return _BOM + written.getvalue()


def neutral(cell: object) -> str:
    """Return a cell as text; one that a spreadsheet would reckon with begins with an apostrophe.

    A number of ours stays one: below 0 it begins with a minus that is no formula.
    """
    text = str(cell)
    if isinstance(cell, int):
        return text
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text
