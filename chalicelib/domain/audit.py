"""What is kept of every look at personal data and of every act of the staff (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Audited(StrEnum):
    """What was done; ids and codes stand beside it, never what was read."""

    SIGNED_IN = "SIGNED_IN"
    SIGNED_OUT = "SIGNED_OUT"
    WORKLIST_READ = "WORKLIST_READ"
    SEARCHED = "SEARCHED"
    EXPORTED = "EXPORTED"
    CASE_READ = "CASE_READ"
    DOCUMENT_READ = "DOCUMENT_READ"
    COMPLAINT_READ = "COMPLAINT_READ"
    FORM_READ = "FORM_READ"
    DIRECTORY_READ = "DIRECTORY_READ"
    TALKS_READ = "TALKS_READ"
    APPROVALS_READ = "APPROVALS_READ"
    REPORT_READ = "REPORT_READ"
    AUDIT_READ = "AUDIT_READ"
    ACTED = "ACTED"
    DENIED = "DENIED"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail: when (UTC), who (id of the sign-in), what, on what, and codes beside it."""

    at: datetime
    who: str
    what: Audited
    about: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
