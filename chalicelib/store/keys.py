"""Every key string of the table, in one place."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId, Guest, Subject

CASE = "CASE"
EVENT = "EVENT"
LINK = "LINK"
LENDERS = "LENDER"
FEEDS = "FEEDS"
TRIES = "TRIES"
CHECK = "CHECK"
PERSON = "PERSON"
UNMATCHED = "UNMATCHED"
UPLOAD = "UPLOAD"
STRANGERS = "STRANGER"
COMPLAINT = "COMPLAINT"
TALKS = "TALK"
DIRECTORY = "DIRECTORY"


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


def upload(upload_id: str) -> str:
    """Partition of one document that may be handed in."""
    return f"{UPLOAD}#{upload_id}"


def documents(case: CaseId) -> str:
    """Sort key of how many documents a case has, and how large they are."""
    return f"{case.generation:04d}#DOCUMENTS"


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


def access_code(case: CaseId) -> str:
    """Sort key of the one-time codes a case was sent."""
    return f"{case.generation:04d}#CODE"


def signing_code(case: CaseId, signer: str = "") -> str:
    """Sort key of the one-time codes that a borrower signs with, or a member of the staff by his id."""
    return f"{case.generation:04d}#SIGNING" + (f"#STAFF#{signer}" if signer else "")


def check(digest: str) -> str:
    """Partition of one message that was sent on one day, by the keyed hash of its check code and the day."""
    return f"{CHECK}#{digest}"


def reference(start: str) -> str:
    """Partition of the loans whose key begins as a case reference says (eight characters)."""
    return f"REF#{start}"


def open_day(lender: str, opened_at: datetime) -> str:
    """Index key of a lender's cases opened on one UTC day; removed once a closed case is at rest (sparse)."""
    return f"{lender}#{opened_at.date().isoformat()}"


def complaint(reference: str) -> str:
    """Partition of a complaint, by the reference its complainant was told; its sort key is its own id."""
    return f"{COMPLAINT}#{reference}"


def complaint_step(complaint_id: str, sequence: int) -> str:
    """Sort key of one step of a complaint that belongs to no case, beside the complaint itself."""
    return f"{complaint_id}#T#{sequence:04d}"


def complaint_wait(complaint_id: str) -> str:
    """Sort key of the wait of a complaint's execution."""
    return f"{complaint_id}#WAIT"


def complaints_of(month: date) -> str:
    """Index key of the complaints received in one UTC month, open or not."""
    return f"{COMPLAINT}#{month:%Y-%m}"


def waiting(kind: FactKind, day: date) -> str:
    """Partition of what came in on one UTC day and waits for a member of staff."""
    return f"WAITING#{kind.value}#{day.isoformat()}"


def booking(mediator: str) -> str:
    """Partition of a mediator's booked times; the sort key is the moment each begins."""
    return f"BOOKED#{mediator}"


def sign_up(talk: str, contact: str) -> tuple[str, str]:
    """Partition and sort key of one person's place in a talk, by the hash of his contact."""
    return f"{TALKS}#{talk}", f"SIGNUP#{contact}"


def staff(who: str) -> str:
    """Partition of what is somebody of the staff's own: his filters, his forms."""
    return f"STAFF#{who}"


def staff_form(key: str) -> str:
    """Sort key of a form that was carried out."""
    return f"FORM#{key}"


def staff_session(who: str) -> str:
    """Partition of somebody's sessions, by his id; the sort key is his cookie's hash."""
    return f"STAFFSESSION#{who}"


def audit_day(day: date) -> str:
    """Partition of one UTC day of the audit trail."""
    return f"AUDIT#{day.isoformat()}"


def audit_about(about: str) -> str:
    """Index key of the audit trail of one thing."""
    return f"AUDIT#{about}"
