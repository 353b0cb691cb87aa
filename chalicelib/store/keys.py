"""Every key string of the table, in one place."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId, Guest, Subject

CASE = "CASE"
EVENT = "EVENT"
LINK = "LINK"
LENDERS = "LENDER"
TRIES = "TRIES"
PERSON = "PERSON"
UNMATCHED = "UNMATCHED"
TALKS = "TALK"


def loan(loan_key: str) -> str:
    """Partition of everything about one loan."""
    return f"LOAN#{loan_key}"


def archived_case(generation: int) -> str:
    """Sort key of a closed case once the loan has a newer one."""
    return f"{CASE}#{generation:04d}"


def wait(case: CaseId) -> str:
    """Sort key of the execution's wait: task token and deadline."""
    return f"{case.generation:04d}#WAIT"


def watch(case: CaseId, step: str) -> str:
    """Sort key of the delivery execution's wait for one step."""
    return f"{case.generation:04d}#WATCH#{step}"


def draft(subject: Subject, journey: str) -> tuple[str, str]:
    """Partition and sort key of somebody's unsent or just sent answers in one journey."""
    if isinstance(subject, Guest):
        return f"GUEST#{subject.id}", f"DRAFT#{journey}"
    return loan(subject.loan_key), f"{subject.generation:04d}#DRAFT#{journey}"


def person(key: str) -> str:
    """Partition of one person, by the keyed hash of his address."""
    return f"{PERSON}#{key}"


def facts(case: CaseId) -> str:
    """Prefix of a case's timeline."""
    return f"{case.generation:04d}#T#"


def fact(case: CaseId, kind: FactKind, *which: str) -> str:
    """Sort key of one fact; the same fact has the same key, so it cannot be written twice."""
    return facts(case) + "#".join((kind.value, *which))


def event(reference: str) -> str:
    """Partition of one event taken in."""
    return f"EVENT#{reference}"


def link(digest: str) -> str:
    """Partition of one borrower link, by the keyed hash of its token."""
    return f"LINK#{digest}"


def open_day(lender: str, opened_at: datetime) -> str:
    """Index key of a lender's cases opened on one UTC day; removed once a closed case is at rest (sparse)."""
    return f"{lender}#{opened_at.date().isoformat()}"


def sign_up(talk: str, contact: str) -> tuple[str, str]:
    """Partition and sort key of one person's place in a talk, by the hash of his contact."""
    return f"{TALKS}#{talk}", f"SIGNUP#{contact}"
