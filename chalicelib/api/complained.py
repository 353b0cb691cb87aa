"""A complaint as whoever made it may see it: how it stands, what was decided, and where to turn then."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.complaints.review import may_ask
from chalicelib.complaints.standing import profile_of
from chalicelib.complaints.withdraw import may_withdraw
from chalicelib.domain.complaint import Complaint, ComplaintStatus
from chalicelib.domain.complaint_clock import ask_review_by
from chalicelib.domain.local_form import format_date

Rows = dict[str, str]
WITHDRAW, REVIEW = "withdraw_complaint", "review"
"""What its maker may do, by the journey's name."""


def shown(visit: Visit, found: Complaint) -> Rows:
    """Return what is told of a complaint, by the name of its row and in the page's order."""
    words = words_of("complaint", visit.language)
    told = {
        "reference": found.reference,
        "category": category(visit, found),
        "status": words["statuses"][found.status.value],
    }
    days = {name: format_date(day, visit.language) for name, day in _days(found).items()}
    return {**told, **days, **_extension(found), **_decision(visit, found)}


def category(visit: Visit, found: Complaint) -> str:
    """Return what a complaint is about."""
    fields = words_of("journeys/complain", visit.language)["pages"]["category"]["fields"]
    said: str = fields["category"]["options"][found.category.value]
    return said


def acts(found: Complaint, now: datetime) -> list[str]:
    """Return what its maker may do with it now."""
    fits = {WITHDRAW: may_withdraw(found), REVIEW: may_ask(found, now)}
    return [name for name, may in fits.items() if may]


def routes(visit: Visit, found: Complaint) -> list[str]:
    """Return where its maker can turn once it is decided, as the letter of the decision says it."""
    from chalicelib.texts import load_words

    if found.final is None:
        return []
    words = load_words(f"{found.jurisdiction.lower()}/legal.{visit.language}")
    summary = found.decision and found.decision.summary and not found.reviewed
    lines: list[str] = words["info"]["summary_routes"] if summary else words["complaint_routes"]
    return lines


def _days(found: Complaint) -> dict[str, date]:
    days = {"received_on": found.day(found.received_at)}
    if found.acknowledged_at:
        days["acknowledged_on"] = found.day(found.acknowledged_at)
    elif found.is_open:
        days["acknowledge_by"] = found.acknowledge_by
    if found.final:
        days["decided_on"] = found.day(found.final.at)
    elif found.is_open:
        days["decide_by"] = found.decide_by
    if found.status == ComplaintStatus.DECIDED:
        days["review_until"] = ask_review_by(found, profile_of(found))
    if found.review_by and not found.reviewed:
        days["review_by"] = found.review_by
    return days


def _extension(found: Complaint) -> Rows:
    """Return why more time is needed, while it is."""
    from chalicelib.store import complaint_steps

    if found.status != ComplaintStatus.EXTENDED:
        return {}
    why = [step.detail["reason"] for _, step in complaint_steps.of(found) if step.name == "EXTENDED"]
    return {"extended": str(why[-1])} if why else {}


def _decision(visit: Visit, found: Complaint) -> Rows:
    """Return what was decided, by the review once there is one, as its letter says it."""
    if found.final is None:
        return {}
    outcome = words_of("complaint", visit.language)["outcomes"][found.final.outcome.value]
    told = {"outcome": outcome, "redress": found.final.redress, "reasons": found.final.reasons}
    return {name: said for name, said in told.items() if said}
