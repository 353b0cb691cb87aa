"""A case as the staff see it: its page, its timeline, its messages and its documents."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from chalice import Blueprint, Response

from chalicelib.api.staff.acts import shown_acts
from chalicelib.api.staff.told import Told
from chalicelib.api.staff.visit import StaffVisit, staffed
from chalicelib.domain.audit import Audited
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.permissions import Permission
from chalicelib.mediation import standing
from chalicelib.staff import case_file
from chalicelib.staff.act import On
from chalicelib.staff.case_file import CaseFile
from chalicelib.store import directory
from chalicelib.texts import load_words

cases = Blueprint(__name__)
_PDF = "application/pdf"
_LINK_SECONDS = 60


@cases.route("/staff/case/{case_id}", methods=["GET"])
@staffed(cases, Permission.READ_CASES, Audited.CASE_READ)
def one(visit: StaffVisit, case_id: str) -> Response:
    """Show a case: where it stands, what is next and by when, both sides' words, and what may be done."""
    from chalicelib.borrower.messages import sent_messages

    found = _read(visit, case_id)
    case, told = found.case, _told(visit, found)
    return visit.page(
        "case",
        file=found,
        case=case,
        told=told,
        hours=found.hours_left(visit.wiring.clock()),
        mediator=_name(case.mediator, visit.language),
        messages=sent_messages(case.id, found.timeline),
        kinds=load_words(f"pages/{visit.language}/messages")["kinds"],
        acts=shown_acts(visit, On.CASE, case_id),
        done=visit.query.get("done", ""),
        result=visit.query.get("result", ""),
    )


@cases.route("/staff/case/{case_id}/timeline", methods=["GET"])
@staffed(cases, Permission.READ_CASES, Audited.CASE_READ)
def timeline(visit: StaffVisit, case_id: str) -> Response:
    """Show everything on a case's record that its reader may see, the newest first."""
    found = _read(visit, case_id)
    return visit.page("timeline", case=found.case, told=_told(visit, found), facts=found.timeline[::-1])


@cases.route("/staff/case/{case_id}/message/{notice}", methods=["GET"])
@staffed(cases, Permission.READ_CASES, Audited.DOCUMENT_READ)
def message(visit: StaffVisit, case_id: str, notice: str) -> Response:
    """Show the very text of a message, but for the tokens of its links."""
    from chalicelib.borrower.messages import kept_text
    from chalicelib.borrower.messages import message as sent_message
    from chalicelib.links import masked

    found = _read(visit, case_id)
    sent = sent_message(found.case.id, found.timeline, notice)
    kept = kept_text(visit.wiring.archive, found.case.id, sent)
    subject, said = masked(kept["subject"]), masked(kept["text"])
    told = _told(visit, found)
    return visit.page("message", case=found.case, told=told, sent=sent, subject=subject, text=said)


@cases.route("/staff/case/{case_id}/letter/{notice}", methods=["GET"])
@staffed(cases, Permission.READ_CASES, Audited.DOCUMENT_READ)
def letter(visit: StaffVisit, case_id: str, notice: str) -> Response:
    """Hand out a letter as it was printed."""
    from chalicelib.borrower.messages import letter as pages
    from chalicelib.borrower.messages import message as sent_message

    found = _read(visit, case_id)
    sent = sent_message(found.case.id, found.timeline, notice)
    return _file(visit, pages(visit.wiring.archive, found.case.id, sent), "letter.pdf")


@cases.route("/staff/case/{case_id}/document/{document}", methods=["GET"])
@staffed(cases, Permission.READ_CASES, Audited.DOCUMENT_READ)
def document(visit: StaffVisit, case_id: str, document: str) -> Response:
    """Lead to a document that the borrower handed in, as a file to be saved, for a minute."""
    from chalicelib.borrower.evidence import KEPT, archive_key

    found = _read(visit, case_id)
    for fact in found.documents:
        if fact.which[0] == document and fact.detail["state"] == KEPT:
            name = f"{document}.{str(fact.detail['kind']).lower()}"
            key = archive_key(found.case.id, document)
            return visit.leave(visit.wiring.shared_records.link(key, name, _LINK_SECONDS))
    raise NotFound("no such document in this case")


@cases.route("/staff/case/{case_id}/agreement/{digest}", methods=["GET"])
@staffed(cases, Permission.READ_CASES, Audited.DOCUMENT_READ)
def agreement(visit: StaffVisit, case_id: str, digest: str) -> Response:
    """Hand out the agreement, or its certificate of signature, by its hash."""
    from chalicelib.mediation.agreement.freeze import archive_key

    found = _read(visit, case_id)
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


def _read(visit: StaffVisit, case_id: str) -> CaseFile:
    try:
        parsed = CaseId.parse(case_id)
    except ValueError:
        raise NotFound("no such case") from None
    return case_file.read(visit.actor, parsed)


def _told(visit: StaffVisit, found: CaseFile) -> Told:
    zone: ZoneInfo = standing.zone_of(found.case)
    today: date = visit.wiring.clock().astimezone(zone).date()
    return Told(visit.language, zone, found.case.amount.currency, today)


def _name(person: str | None, language: str) -> str:
    if person is None:
        return ""
    try:
        return directory.get(person).name.get(language, person)
    except NotFound:
        return person


def _file(visit: StaffVisit, body: bytes, name: str) -> Response:
    headers: dict[str, Any] = visit.headers() | {
        "Content-Type": _PDF,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(body, headers=headers, status_code=200)
