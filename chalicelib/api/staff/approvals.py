"""What one person proposed and a second one has to approve."""

from __future__ import annotations

from datetime import UTC

from chalice import Blueprint, Response

from chalicelib.api.staff.refusal import called
from chalicelib.api.staff.told import Told
from chalicelib.api.staff.visit import FORM, StaffVisit, staffed
from chalicelib.api.staff.worklist import place
from chalicelib.domain.audit import Audited
from chalicelib.domain.permissions import Permission, holds
from chalicelib.staff import acts as table
from chalicelib.store import proposals

approvals = Blueprint(__name__)


@approvals.route("/staff/approvals", methods=["GET"])
@staffed(approvals, Permission.READ_CASES, Audited.APPROVALS_READ)
def waiting(visit: StaffVisit) -> Response:
    """List what waits for a second person: all of it for who may approve, else one's own."""
    now = visit.wiring.clock()
    may = holds(visit.actor, Permission.APPROVE)
    found = [one for one in proposals.waiting() if may or one.by.id == visit.actor.id]
    shown = [(one, place(table.ACTS[one.act].on, one.about), called(one.about)) for one in found]
    told = Told(visit.language, visit.zone, "", now.astimezone(UTC).date())
    return visit.page("approvals", proposals=shown, told=told, may=may, done=visit.query.get("done", ""))


@approvals.route("/staff/approvals/{proposal}", methods=["POST"], content_types=FORM)
@staffed(approvals, Permission.READ_CASES, Audited.ACTED)
def decide(visit: StaffVisit, proposal: str) -> Response:
    """Approve a proposal as its second person, turn it down, or take one's own back."""
    desk = visit.wiring.desk(visit.actor, "")
    if visit.form.get("decision") == "approve":
        result = table.approve(proposal, desk).value
    else:
        table.turn_down(proposal, visit.actor, visit.form.get("why", "")[:500], desk)
        result = "turned_down"
    visit.detail["result"] = result
    return visit.go("/staff/approvals", done=result)
