"""A complaint as its handlers see it: what was said, its clocks, its steps, and what may be done."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from chalice import Blueprint, Response

from chalicelib.api.staff.acts import shown_acts
from chalicelib.api.staff.told import Told
from chalicelib.api.staff.visit import StaffVisit, staffed
from chalicelib.complaints.letters import by_hand
from chalicelib.complaints.standing import complained_of, profile_of
from chalicelib.domain.audit import Audited
from chalicelib.domain.complaint_clock import limit
from chalicelib.domain.permissions import Permission
from chalicelib.staff.act import On
from chalicelib.staff.sight import require_complaint
from chalicelib.store import complaint_steps
from chalicelib.store import complaints as store

complaints = Blueprint(__name__)


@complaints.route("/staff/complaint/{reference}", methods=["GET"])
@staffed(complaints, Permission.READ_CASES, Audited.COMPLAINT_READ)
def one(visit: StaffVisit, reference: str) -> Response:
    """Show a complaint with the clock that runs, and the acts that fit."""
    found = require_complaint(visit.actor, store.require(reference))
    now, zone = visit.wiring.clock(), ZoneInfo(found.zone)
    running = limit(found, profile_of(found))
    steps = complaint_steps.of(found)
    return visit.page(
        "complaint",
        one=found,
        told=Told(visit.language, zone, "", now.astimezone(zone).date()),
        running=running,
        hours=int((running.at - now).total_seconds() // 3_600) if running else None,
        against=sorted(complained_of(found)),
        steps=steps,
        by_hand=by_hand(found, [step for _, step in steps]),
        acts=shown_acts(visit, On.COMPLAINT, found.reference),
        done=visit.query.get("done", ""),
        result=visit.query.get("result", ""),
    )
