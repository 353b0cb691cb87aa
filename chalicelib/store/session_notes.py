"""A mediator's notes of his sessions: beside the timeline, for him alone (invariant 24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.store import keys
from chalicelib.store.staff_rows import NoteRow
from chalicelib.store.writes import put_new


@dataclass(frozen=True, slots=True)
class Note:
    """One note: whose it is, when it was made (UTC) and what it says."""

    by: str
    at: datetime
    text: str


def put(case_id: CaseId, note: Note, ident: str) -> bool:
    """Keep a note; returns False for the same one (`ident`) again."""
    if any(row.sk.endswith(f"#{ident}") for row in _rows(case_id)):
        return False
    key = f"{_prefix(case_id)}{stamp(note.at)}#{ident}"
    return put_new(NoteRow(keys.loan(case_id.loan_key), key, by=note.by, at=note.at, text=note.text))


def of(case_id: CaseId, mediator: str) -> list[Note]:
    """Return the notes that a mediator made himself, oldest first; nobody else's."""
    return [Note(row.by, row.at, row.text) for row in _rows(case_id) if row.by == mediator]


def _rows(case_id: CaseId) -> list[NoteRow]:
    start = NoteRow.sk.startswith(_prefix(case_id))
    return list(NoteRow.query(keys.loan(case_id.loan_key), start, consistent_read=True))


def _prefix(case_id: CaseId) -> str:
    return f"{case_id.generation:04d}#NOTE#"
