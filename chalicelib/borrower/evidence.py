"""A borrower hands in a document: offered a place, checked where it arrived, kept or refused for a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.codes import DocumentKind, FactKind, Refusal
from chalicelib.domain.documents import MOST_BYTES, Refused, kind_of, require_size
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.store import documents, facts
from chalicelib.store.archive import Archive
from chalicelib.store.documents import Upload
from chalicelib.store.facts import Fact
from chalicelib.store.uploads import Uploads

KEPT, REFUSED = "KEPT", "REFUSED"
MEDIA_TYPES = {
    DocumentKind.PDF: "application/pdf",
    DocumentKind.JPEG: "image/jpeg",
    DocumentKind.PNG: "image/png",
}


def of(case_id: CaseId) -> list[Fact]:
    """Return every document of a case that was checked, oldest first: kept ones and refused ones."""
    return facts.of(case_id, FactKind.EVIDENCE)


def find(case_id: CaseId, evidence_id: str) -> Fact | None:
    """Return a checked document of this very case, or None."""
    return next((fact for fact in of(case_id) if fact.which == (evidence_id,)), None)


def offered(case_id: CaseId, evidence_id: str, now: datetime) -> Upload:
    """Return a document that may be handed in for this very case; raises NotFound for any other id."""
    upload = documents.find(evidence_id, now)
    if upload is None or upload.case_id != case_id:
        raise NotFound("no such document in this case")
    return upload


def archive_key(case_id: CaseId, evidence_id: str) -> str:
    """Return where a kept document lies among the records."""
    return f"cases/{case_id}/evidence/{evidence_id}"


@dataclass(frozen=True, slots=True)
class TakeDocument:
    """Checks a file where it arrived and moves it into the records."""

    uploads: Uploads
    archive: Archive
    clock: Callable[[], datetime]

    def __call__(self, evidence_id: str) -> str | None:
        """Keep or refuse a file; returns KEPT, or its refusal's code, or None when there was nothing to do.

        Record first, file last: the file is taken away only when its fact is written, so a death in between
        finds it again. A second file under the same id is taken away unseen. One that belongs to nobody
        (its offer is over) is taken away as well.
        """
        upload = documents.find(evidence_id, self.clock())
        became = None
        if upload is not None and not facts.exists(upload.case_id, FactKind.EVIDENCE, evidence_id):
            became = self._checked(upload)
        self.uploads.remove(evidence_id)
        return became

    def _checked(self, upload: Upload) -> str:
        try:
            self._keep(upload)
        except Refused as refused:
            detail = {"name": upload.name, "state": REFUSED, "reason": refused.reason.value}
            facts.append(Fact(upload.case_id, FactKind.EVIDENCE, self.clock(), (upload.id,), detail))
            return refused.reason.value
        return KEPT

    def _keep(self, upload: Upload) -> None:
        """Put the very bytes that were checked into the records; raises Refused."""
        size, body = self.uploads.get(upload.id, MOST_BYTES)
        require_size(size)
        kind = kind_of(body)
        if not documents.has_room(upload.case_id, size):
            raise Refused(Refusal.TOO_MANY)
        self.archive.put(archive_key(upload.case_id, upload.id), body, MEDIA_TYPES[kind])
        digest = hashlib.sha256(body).hexdigest()
        detail = {"name": upload.name, "state": KEPT, "kind": kind.value, "size": size, "sha256": digest}
        fact = Fact(upload.case_id, FactKind.EVIDENCE, self.clock(), (upload.id,), detail)
        if not documents.keep(fact, size):  # others were kept meanwhile
            raise Refused(Refusal.TOO_MANY)
