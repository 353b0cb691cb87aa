"""A complaint to its row and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib import profiles
from chalicelib.domain.complaint import Category, Complaint, ComplaintOutcome, ComplaintStatus, Decision
from chalicelib.domain.complaint_clock import limit
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.store import keys
from chalicelib.store.visitor_rows import ComplaintRow

WORKLIST = "COMPLAINT_HANDLER"
"""The worklist of those who handle complaints: every open one, the soonest limit first."""
_CHANGING = (
    "status decide_by against sequence handler acknowledged_at extensions escalated decision letter_at"
    " review_by reviewed worklist due_at"
).split()


def to_row(complaint: Complaint) -> ComplaintRow:
    """Return the row of a complaint."""
    return ComplaintRow(
        keys.complaint(complaint.reference),
        complaint.id,
        category=complaint.category.value,
        case_id=str(complaint.case_id) if complaint.case_id else None,
        lender=complaint.lender or None,
        contact=complaint.contact or None,
        received_at=complaint.received_at,
        acknowledge_by=complaint.acknowledge_by,
        profile_version=complaint.profile_version,
        said=dict(complaint.said),
        zone=complaint.zone,
        open_day=keys.complaints_of(complaint.received_at.date()),
        **_changing(complaint),
    )


def changes(complaint: Complaint) -> list[Action]:
    """Return what puts a complaint's row where `complaint` stands."""
    found: list[Action] = []
    for name, value in _changing(complaint).items():
        attribute = getattr(ComplaintRow, name)
        found.append(attribute.remove() if value is None else attribute.set(value))
    return found


def _changing(complaint: Complaint) -> dict[str, Any]:
    profile = profiles.of_version(complaint.jurisdiction, complaint.profile_version)
    running = limit(complaint, profile)
    given = {
        "status": complaint.status.value,
        "against": set(complaint.against) or None,
        "handler": complaint.handler or None,
        "extensions": complaint.extensions or None,
        "escalated": complaint.escalated or None,
        "decision": _told(complaint.decision),
        "reviewed": _told(complaint.reviewed),
        "worklist": WORKLIST if running else None,
        "due_at": running.at if running else None,
    }
    return {name: given[name] if name in given else getattr(complaint, name) for name in _CHANGING}


def read(row: ComplaintRow) -> Complaint:
    """Return the complaint that a row holds."""
    same = {
        name: getattr(row, name)
        for name in (
            "received_at acknowledge_by decide_by profile_version said acknowledged_at letter_at review_by"
        ).split()
    }
    return Complaint(
        id=row.sk,
        reference=row.pk.removeprefix(keys.complaint("")),
        category=Category(row.category),
        case_id=CaseId.parse(row.case_id) if row.case_id else None,
        lender=row.lender or "",
        contact=row.contact or "",
        status=ComplaintStatus(row.status),
        against=frozenset(row.against or ()),
        zone=row.zone or "Asia/Shanghai",
        sequence=int(row.sequence or 0),
        handler=row.handler or "",
        extensions=int(row.extensions or 0),
        escalated=bool(row.escalated),
        decision=_decision(row.decision),
        reviewed=_decision(row.reviewed),
        **same,
    )


def _told(decision: Decision | None) -> dict[str, str] | None:
    if decision is None:
        return None
    words = {"outcome": decision.outcome.value, "reasons": decision.reasons, "redress": decision.redress}
    given = {"summary": "YES"} if decision.summary else {}
    return {**words, **given, "by": decision.by, "at": stamp(decision.at)}


def _decision(kept: dict[str, str] | None) -> Decision | None:
    if not kept:
        return None
    at: datetime = from_stamp(kept["at"])
    words, by, summary = (kept["reasons"], kept["redress"]), kept["by"], "summary" in kept
    return Decision(ComplaintOutcome(kept["outcome"]), *words, by, at, summary)
