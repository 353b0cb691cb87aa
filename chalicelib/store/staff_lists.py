"""Whose turn it is, as keys alone: what a page of the worklist is cut from before anything is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.store import keys
from chalicelib.store.rows import CaseRow
from chalicelib.store.staff_rows import FilterRow


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """One thing that waits until `due_at` (UTC): the key of a case's head or of a complaint."""

    due_at: datetime
    pk: str
    sk: str

    @property
    def loan_key(self) -> str:
        """The loan's key when it is a case, else empty."""
        start = keys.loan("")
        return self.pk.removeprefix(start) if self.pk.startswith(start) else ""

    @property
    def complaint(self) -> str:
        """The reference when it is a complaint, else empty."""
        start = keys.complaint("")
        return self.pk.removeprefix(start) if self.pk.startswith(start) else ""


def turns(name: str, since: datetime | None = None) -> Iterator[Turn]:
    """Yield what waits on one worklist from a moment on, the most urgent first (eventually consistent)."""
    later = CaseRow.due_at >= since if since else None
    for row in CaseRow.by_turn.query(name, later, page_size=100):
        yield Turn(row.due_at, row.pk, row.sk)


def remember(member: str, chosen: Mapping[str, str]) -> None:
    """Remember how a member filtered the worklist."""
    FilterRow(keys.staff(member), "WORKLIST", chosen=dict(chosen)).save()


def remembered(member: str) -> dict[str, str]:
    """Return how a member filtered the worklist last, nothing when he never did."""
    try:
        return dict(FilterRow.get(keys.staff(member), "WORKLIST").chosen)
    except FilterRow.DoesNotExist:
        return {}
