"""Complaints in lists: the open ones by hours left, and all that a month brought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chalicelib.domain.complaint import Complaint
from chalicelib.store import complaints, keys
from chalicelib.store.complaint_rows import WORKLIST
from chalicelib.store.rows import CaseRow

_PREFIX = keys.complaint("")


def open_ones(handler: str | None = None) -> Iterator[Complaint]:
    """Yield the open complaints, the soonest limit first (eventually consistent).

    `handler`: only those of one handler, by his id; "" for those that nobody has taken up.
    """
    for row in CaseRow.by_turn.query(WORKLIST):
        found = complaints.get(row.pk.removeprefix(_PREFIX), row.sk)
        if found and found.is_open and handler in (None, found.handler):
            yield found


def of_month(month: date) -> Iterator[Complaint]:
    """Yield the complaints received in a UTC month, by reference, open or not (eventually consistent)."""
    for row in CaseRow.open_cases.query(keys.complaints_of(month)):
        found = complaints.get(row.pk.removeprefix(_PREFIX), row.sk)
        if found:
            yield found
