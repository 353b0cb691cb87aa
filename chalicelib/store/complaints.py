"""Complaints: each kept whole before anybody is told that it was received, and never lost."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.domain.codes import FactKind, HoldKind
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.errors import CaseClosed, NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.store import facts, holds, keys, together, waiting
from chalicelib.store.complaint_rows import read, to_row
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow
from chalicelib.store.visitor_rows import ComplaintRow
from chalicelib.store.waiting import Waiting


def receive(complaint: Complaint) -> bool:
    """Keep a complaint, list it for staff and put it on its case's timeline; returns whether it is new.

    All or none. An open case is held: no collection contact until the complaint is decided (profiles:
    `holds`). A closed or settled one takes complaints as well.
    """
    rows = [to_row(complaint), waiting.row_of(waiting_of(complaint))]
    if complaint.case_id is None:
        return together.put(rows)
    fact = _fact(complaint.case_id, complaint)
    try:
        noting = [CaseRow.complaints.add({complaint.id})]
        return holds.put(complaint.case_id, HoldKind.COMPLAINT, fact, beside=rows, noting=noting)
    except CaseClosed:
        return together.put([facts.to_row(fact), *rows])


def find(reference: str) -> list[Complaint]:
    """Return the complaints under a reference: none, one, or more should two ever share it."""
    rows = ComplaintRow.query(keys.complaint(reference), consistent_read=True)
    return [read(row) for row in rows if row.sk != keys.TRIES and "#" not in row.sk]


def get(reference: str, complaint_id: str) -> Complaint | None:
    """Return one complaint (strongly consistent), or None when there is none."""
    return next((one for one in find(reference) if one.id == complaint_id), None)


def require(reference: str, complaint_id: str = "") -> Complaint:
    """Return one complaint; its id is needed only should two share the reference. Raises NotFound."""
    found = [one for one in find(reference.upper()) if complaint_id in ("", one.id)]
    if len(found) != 1:
        raise NotFound(f"{len(found)} complaints are called {reference}; name one, by its id if need be")
    return found[0]


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


def waiting_of(complaint: Complaint) -> Waiting:
    """Return its place on the list of what came in."""
    return Waiting(
        FactKind.COMPLAINT,
        complaint.id,
        complaint.reference,
        complaint.received_at,
        complaint.case_id,
        complaint.lender,
        complaint.acknowledge_by,
    )
