"""A case's documents: messages word for word, letters, what was handed in, the agreement's text and file."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint, Response

from chalicelib.api.staff.cases import read_case, told_of
from chalicelib.api.staff.visit import StaffVisit, staffed
from chalicelib.domain.audit import Audited
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.permissions import Permission

documents = Blueprint(__name__)
_PDF = "application/pdf"
_LINK_SECONDS = 60


@documents.route("/staff/case/{case_id}/message/{notice}", methods=["GET"])
@staffed(documents, Permission.READ_CASES, Audited.DOCUMENT_READ)
def message(visit: StaffVisit, case_id: str, notice: str) -> Response:
    """Show the very text of a message, but for the tokens of its links."""
    from chalicelib.borrower.messages import kept_text
    from chalicelib.borrower.messages import message as sent_message
    from chalicelib.links import masked

    found = read_case(visit, case_id)
    sent = sent_message(found.case.id, found.timeline, notice)
    kept = kept_text(visit.wiring.archive, found.case.id, sent)
    subject, said = masked(kept["subject"]), masked(kept["text"])
    told = told_of(visit, found)
    return visit.page("message", case=found.case, told=told, sent=sent, subject=subject, text=said)


@documents.route("/staff/case/{case_id}/letter/{notice}", methods=["GET"])
@staffed(documents, Permission.READ_CASES, Audited.DOCUMENT_READ)
def letter(visit: StaffVisit, case_id: str, notice: str) -> Response:
    """Hand out a letter as it was printed."""
    from chalicelib.borrower.messages import letter as pages
    from chalicelib.borrower.messages import message as sent_message

    found = read_case(visit, case_id)
    sent = sent_message(found.case.id, found.timeline, notice)
    return _file(visit, pages(visit.wiring.archive, found.case.id, sent), "letter.pdf")


@documents.route("/staff/case/{case_id}/document/{document}", methods=["GET"])
@staffed(documents, Permission.READ_CASES, Audited.DOCUMENT_READ)
def document(visit: StaffVisit, case_id: str, document: str) -> Response:
    """Lead to a document that the borrower handed in, as a file to be saved, for a minute."""
    from chalicelib.borrower.evidence import KEPT, archive_key

    found = read_case(visit, case_id)
    for fact in found.documents:
        if fact.which[0] == document and fact.detail["state"] == KEPT:
            name = f"{document}.{str(fact.detail['kind']).lower()}"
            key = archive_key(found.case.id, document)
            return visit.leave(visit.wiring.shared_records.link(key, name, _LINK_SECONDS))
    raise NotFound("no such document in this case")


@documents.route("/staff/case/{case_id}/agreement/{digest}", methods=["GET"])
@staffed(documents, Permission.READ_CASES, Audited.DOCUMENT_READ)
def agreement(visit: StaffVisit, case_id: str, digest: str) -> Response:
    """Hand out the agreement, or its certificate of signature, by its hash."""
    from chalicelib.mediation.agreement.freeze import archive_key

    found = read_case(visit, case_id)
    seals = [fact for fact in found.timeline if fact.kind == FactKind.SEAL]
    known = {str(fact.detail["certificate"]) for fact in seals}
    known |= {
        str(fact.detail.get("digest", "")) for fact in found.timeline if fact.kind == FactKind.AGREEMENT
    }
    if found.agreement:
        known.add(found.agreement.digest)
    if digest not in known:
        raise NotFound("no such agreement in this case")
    return _file(visit, visit.wiring.archive.get(archive_key(found.case.id, digest)), "agreement.pdf")


@documents.route("/staff/case/{case_id}/text", methods=["GET"])
@staffed(documents, Permission.READ_CASES, Audited.DOCUMENT_READ)
def text(visit: StaffVisit, case_id: str) -> Response:
    """Show the newest text of the agreement, clause by clause, with what was said of it."""
    from chalicelib import profiles
    from chalicelib.mediation.agreement.contents import Ground, contents
    from chalicelib.store.agreement_drafts import comments_in, latest

    found = read_case(visit, case_id)
    draft = latest(found.timeline)
    if draft is None:
        raise NotFound("no text yet")
    case, final = found.case, found.agreement is not None and found.agreement.sequence == draft.number
    profile = profiles.of_version(case.profile, case.profile_version)
    language = visit.language if visit.language in draft.languages else draft.languages[0]
    ground = Ground(case, visit.wiring.lender(case.lender), profile)
    said = contents(ground, draft, language, final=final)
    comments = comments_in(found.timeline, draft.number).said
    told = told_of(visit, found)
    return visit.page("text", case=case, told=told, said=said, final=final, comments=comments)


def _file(visit: StaffVisit, body: bytes, name: str) -> Response:
    headers: dict[str, Any] = visit.headers() | {
        "Content-Type": _PDF,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(body, headers=headers, status_code=200)
