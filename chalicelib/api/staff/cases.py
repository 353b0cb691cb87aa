"""A case as the staff see it: its page and its timeline."""

from __future__ import annotations

from datetime import date
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


@cases.route("/staff/case/{case_id}", methods=["GET"])
@staffed(cases, Permission.READ_CASES, Audited.CASE_READ)
def one(visit: StaffVisit, case_id: str) -> Response:
    """Show a case: where it stands, what is next and by when, both sides' words, and what may be done."""
    from chalicelib.borrower.messages import sent_messages

    found = read_case(visit, case_id)
    case, told = found.case, told_of(visit, found)
    return visit.page(
        "case",
        file=found,
        case=case,
        told=told,
        hours=found.hours_left(visit.wiring.clock()),
        mediator=_name(case.mediator, visit.language),
        talk=[fact for fact in found.timeline if fact.kind == FactKind.MESSAGE],
        has_text=any(fact.kind == FactKind.DRAFT for fact in found.timeline),
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
    found = read_case(visit, case_id)
    return visit.page("timeline", case=found.case, told=told_of(visit, found), facts=found.timeline[::-1])


def read_case(visit: StaffVisit, case_id: str) -> CaseFile:
    """Return a case's file as its reader may see it; raises NotFound."""
    try:
        parsed = CaseId.parse(case_id)
    except ValueError:
        raise NotFound("no such case") from None
    return case_file.read(visit.actor, parsed)


def told_of(visit: StaffVisit, found: CaseFile) -> Told:
    """Return how a case reads: by its borrower's clock and in its currency."""
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
