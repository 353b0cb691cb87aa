"""The audit trail: lines are added and never changed; a line that cannot be kept raises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chalicelib.domain.audit import Audited, Entry
from chalicelib.domain.moments import stamp
from chalicelib.store import keys
from chalicelib.store.rows import CaseRow
from chalicelib.store.staff_rows import AuditRow
from chalicelib.store.writes import put_new


class NotRecorded(Exception):
    """A line could not be kept, so what it tells of must not happen."""


def record(entry: Entry, ident: str) -> None:
    """Keep a line under an id of its own; raises NotRecorded when the id is taken, or the store's error."""
    listed = keys.audit_about(entry.about) if entry.about else None
    row = AuditRow(
        keys.audit_day(entry.at.date()),
        f"{stamp(entry.at)}#{ident}",
        at=entry.at,
        who=entry.who,
        what=entry.what.value,
        about=entry.about or None,
        detail=dict(entry.detail),
        worklist=listed,
        due_at=entry.at if listed else None,
    )
    if not put_new(row):
        raise NotRecorded(f"audit line {row.sk} exists already")


def on(day: date, most: int = 500) -> list[Entry]:
    """Return a UTC day's lines, newest first, at most `most`."""
    found = AuditRow.query(keys.audit_day(day), scan_index_forward=False, limit=most)
    return _read(found)


def of(about: str, most: int = 200) -> list[Entry]:
    """Return the lines about one thing, newest first, at most `most` (eventually consistent)."""
    found = CaseRow.by_turn.query(keys.audit_about(about), scan_index_forward=False, limit=most)
    names = [(row.pk, row.sk) for row in found]
    rows = {(row.pk, row.sk): row for row in AuditRow.batch_get(names)} if names else {}
    return _read(rows[name] for name in names if name in rows)


def _read(rows: Iterable[AuditRow]) -> list[Entry]:
    return [Entry(row.at, row.who, Audited(row.what), row.about or "", row.detail) for row in rows]
