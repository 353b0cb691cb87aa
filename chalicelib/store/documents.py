"""Documents of a case: which may still be handed in, how many there are, and each one's fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.documents import MOST_BYTES_OF_CASE, MOST_DOCUMENTS
from chalicelib.domain.keys import CaseId
from chalicelib.store import facts, keys
from chalicelib.store.facts import Fact
from chalicelib.store.heads import connection
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import DocumentsRow, UploadRow
from chalicelib.store.writes import failed_conditions, lost, put_new

MOST_OFFERED = 5 * MOST_DOCUMENTS
"""Forms for files that one case gets in its life (*policy*): nobody who hands in files uses them up."""
_KEPT = timedelta(days=2)  # longer than the file itself lies unchecked in its bucket


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that may be handed in; `name` is what its borrower calls it."""

    id: str
    case_id: CaseId
    name: str


def offer(upload: Upload, now: datetime) -> bool:
    """Note that a document may be handed in; returns False when the case has had its share."""
    row = _counted(upload.case_id)
    room = DocumentsRow.offered.does_not_exist() | (DocumentsRow.offered < MOST_OFFERED)
    few = DocumentsRow.kept.does_not_exist() | (DocumentsRow.kept < MOST_DOCUMENTS)
    try:
        row.update([DocumentsRow.offered.add(1)], condition=room & few)
    except UpdateError as error:
        if lost(error):
            return False
        raise
    ends = int((now + _KEPT).timestamp())
    return put_new(
        UploadRow(
            keys.upload(upload.id), keys.UPLOAD, case_id=str(upload.case_id), name=upload.name, ttl=ends
        )
    )


def find(upload_id: str, now: datetime) -> Upload | None:
    """Return what may be handed in under an id, or None alike for an unknown and an expired one."""
    try:
        row = UploadRow.get(keys.upload(upload_id), keys.UPLOAD, consistent_read=True)
    except UploadRow.DoesNotExist:
        return None
    if row.ttl <= int(now.timestamp()):
        return None
    return Upload(upload_id, CaseId.parse(row.case_id), row.name)


def has_room(case_id: CaseId, size: int) -> bool:
    """Whether a case takes one more document of a size, as far as one can tell before `keep` does."""
    try:
        row = DocumentsRow.get(keys.loan(case_id.loan_key), keys.documents(case_id), consistent_read=True)
    except DocumentsRow.DoesNotExist:
        return True
    return (row.kept or 0) < MOST_DOCUMENTS and (row.size or 0) + size <= MOST_BYTES_OF_CASE


def keep(fact: Fact, size: int) -> bool:
    """Write a document's fact and count it, both or none; returns False when the case has enough of them.

    A fact that is there already changes nothing. Raises what the SDK raises on a conflict: try again.
    """
    few = DocumentsRow.kept.does_not_exist() | (DocumentsRow.kept < MOST_DOCUMENTS)
    small = DocumentsRow.size.does_not_exist() | (DocumentsRow.size <= MOST_BYTES_OF_CASE - size)
    try:
        with TransactWrite(connection=connection()) as transaction:
            transaction.save(facts.to_row(fact), condition=Row.pk.does_not_exist())
            counts: list[Action] = [DocumentsRow.kept.add(1), DocumentsRow.size.add(size)]
            transaction.update(_counted(fact.case_id), counts, few & small)
    except TransactWriteError as error:
        if not lost(error):
            raise
        return 0 in failed_conditions(error)
    return True


def _counted(case_id: CaseId) -> DocumentsRow:
    return DocumentsRow(keys.loan(case_id.loan_key), keys.documents(case_id))
