"""A complaint seen again by whoever made it without a link: its reference and the contact he gave."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from chalice import Blueprint, Response

from chalicelib.api.pages import words_of
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.complaint import Complaint, ComplaintStatus
from chalicelib.domain.complaint_clock import ask_review_by
from chalicelib.domain.local_form import format_date

complaints = Blueprint(__name__)

_FIELDS = ("reference", "contact")


@complaints.route("/open/complaint", methods=["GET"])
@visited(complaints, Who.GUEST)
def open_complaint(visit: Visit) -> Response:
    """Ask for the reference and the contact."""
    return visit.page("complaint", found=None, typed={})


@complaints.route("/open/complaint", methods=["POST"], content_types=FORM)
@visited(complaints, Who.GUEST)
def see_complaint(visit: Visit) -> Response:
    """Show how a complaint stands; an unknown reference and a wrong contact are answered alike."""
    from chalicelib.borrower.complain import Locked, look_up

    typed = {name: visit.form.get(name, "").strip()[:200] for name in _FIELDS}
    if missing := [name for name in _FIELDS if not typed[name]]:
        return _again(visit, typed, dict.fromkeys(missing, "required"))
    found = look_up(typed["reference"], typed["contact"], visit.wiring.clock())
    if isinstance(found, Complaint):
        return visit.page("complaint", found=_shown(visit, found), typed={})
    return _again(visit, typed, {"reference": "locked" if isinstance(found, Locked) else "unknown"})


def _again(visit: Visit, typed: dict[str, str], faults: dict[str, str]) -> Response:
    messages = words_of("complaint", visit.language)["errors"]
    http = 429 if "locked" in faults.values() else 400
    errors = {name: messages[name][fault] for name, fault in faults.items()}
    return visit.page("complaint", http, found=None, typed=typed, errors=errors)


def _shown(visit: Visit, found: Complaint) -> dict[str, str]:
    from chalicelib.complaints.standing import profile_of

    options = words_of("journeys/complain", visit.language)["pages"]["category"]["fields"]["category"]
    # The regulator's country's day, as for everything a guest is shown.
    days = {"received_on": found.received_at.astimezone(ZoneInfo("Asia/Shanghai")).date()}
    days |= {name: getattr(found, name) for name in ("acknowledge_by", "decide_by")}
    if found.status == ComplaintStatus.DECIDED:
        days["review_until"] = ask_review_by(found, profile_of(found))
    if found.review_by and not found.reviewed:
        days["review_by"] = found.review_by
    return {
        "reference": found.reference,
        "category": options["options"][found.category.value],
        "status": words_of("complaint", visit.language)["statuses"][found.status.value],
        **_decision(visit, found),
        **{name: format_date(day, visit.language) for name, day in days.items()},
    }


def _decision(visit: Visit, found: Complaint) -> dict[str, str]:
    """Return what was decided, by the review once there is one, as its letter says it."""
    if found.final is None:
        return {}
    outcome = words_of("complaint", visit.language)["outcomes"][found.final.outcome.value]
    told = {"outcome": outcome, "redress": found.final.redress, "reasons": found.final.reasons}
    return {name: said for name, said in told.items() if said}
