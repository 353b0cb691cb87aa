"""Complaints: each kept whole before anybody is told that it was received, and never lost."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.domain.codes import FactKind, HoldKind
from chalicelib.domain.complaint import Category, Complaint, ComplaintStatus
from chalicelib.domain.errors import CaseClosed
from chalicelib.domain.keys import CaseId
from chalicelib.store import facts, holds, keys, together, waiting
from chalicelib.store.facts import Fact
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import ComplaintRow
from chalicelib.store.waiting import Waiting


def receive(complaint: Complaint) -> bool:
    """Keep a complaint, list it for staff and put it on its case's timeline; returns whether it is new.

    All or none. An open case is held: no collection contact until the complaint is decided (profiles:
    `holds`). A closed or settled one takes complaints as well.
    """
    rows = [_row(complaint), waiting.row_of(_waiting(complaint))]
    if complaint.case_id is None:
        return together.put(rows)
    fact = _fact(complaint.case_id, complaint)
    try:
        return holds.put(complaint.case_id, HoldKind.COMPLAINT, fact, beside=rows)
    except CaseClosed:
        return together.put([facts.to_row(fact), *rows])


def find(reference: str) -> list[Complaint]:
    """Return the complaints under a reference: none, one, or more should two ever share it."""
    rows = ComplaintRow.query(keys.complaint(reference), consistent_read=True)
    return [_read(row) for row in rows if row.sk != keys.TRIES]


def get(reference: str, complaint_id: str) -> Complaint | None:
    """Return one complaint (strongly consistent), or None when there is none."""
    return next((one for one in find(reference) if one.id == complaint_id), None)


def of_case(case_id: CaseId) -> list[Complaint]:
    """Return the complaints made in a case, oldest first."""
    return list(_of(facts.of(case_id, FactKind.COMPLAINT)))


def _of(made: list[Fact]) -> Iterator[Complaint]:
    for fact in made:
        if found := get(fact.detail["reference"], fact.which[0]):
            yield found


def _fact(case_id: CaseId, complaint: Complaint) -> Fact:
    detail = {"reference": complaint.reference, "category": complaint.category.value}
    return Fact(case_id, FactKind.COMPLAINT, complaint.received_at, (complaint.id,), detail)


def _waiting(complaint: Complaint) -> Waiting:
    return Waiting(
        FactKind.COMPLAINT,
        complaint.id,
        complaint.reference,
        complaint.received_at,
        complaint.case_id,
        complaint.lender,
        complaint.acknowledge_by,
    )


def _row(complaint: Complaint) -> Row:
    return ComplaintRow(
        keys.complaint(complaint.reference),
        complaint.id,
        status=complaint.status.value,
        category=complaint.category.value,
        case_id=str(complaint.case_id) if complaint.case_id else None,
        lender=complaint.lender or None,
        contact=complaint.contact or None,
        received_at=complaint.received_at,
        acknowledge_by=complaint.acknowledge_by,
        decide_by=complaint.decide_by,
        profile_version=complaint.profile_version,
        said=dict(complaint.said),
    )


def _read(row: ComplaintRow) -> Complaint:
    return Complaint(
        id=row.sk,
        reference=row.pk.removeprefix(keys.complaint("")),
        category=Category(row.category),
        received_at=row.received_at,
        acknowledge_by=row.acknowledge_by,
        decide_by=row.decide_by,
        profile_version=row.profile_version,
        said=row.said,
        case_id=CaseId.parse(row.case_id) if row.case_id else None,
        lender=row.lender or "",
        contact=row.contact or "",
        status=ComplaintStatus(row.status),
    )
