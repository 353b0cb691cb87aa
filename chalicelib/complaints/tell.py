"""Tells a complainant how his complaint stands: which message, and what it says."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.complaints import standing
from chalicelib.domain.codes import FactKind
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.keys import CaseId
from chalicelib.domain.profile import Profile
from chalicelib.notices.purposes import ComplaintNews
from chalicelib.store import cases, complaint_steps, complaints, facts
from chalicelib.timers import Timers

ACKNOWLEDGEMENT = "complaint_acknowledgement"
EXTENSION = "complaint_extension"
DECISION = "complaint_decision"
SUMMARY = "complaint_summary"
REVIEW = "complaint_review"
LATE = "complaint_late"
TOLD = (ACKNOWLEDGEMENT, EXTENSION, DECISION, SUMMARY, REVIEW, LATE)
"""The messages about complaints, by the name of their words."""


def tell(complaint: Complaint, kind: str, timers: Timers, at: datetime) -> bool:
    """Start the delivery of a message that fell due at `at`; a repeat starts nothing.

    Returns False for a stranger, of whom no lender is known to write for: the complaint's own machine writes
    to him (tell_stranger.py), and his page says it at once. Nobody is reached over an address he has not.
    """
    if complaint.case_id is None:
        return False
    case, name = cases.get(complaint.case_id), step_name(complaint, kind)
    step = standing.profile_of(complaint).step_named(name)
    if any(case.borrower.address(channel) for channel in (*step.channels, *step.fallback)):
        timers.deliver(case.id, name, step.patience, at)
    return True


def step_name(complaint: Complaint, kind: str) -> str:
    """Return the name a message is sent under; each extension has its own."""
    count = f"_{complaint.extensions}" if kind in (EXTENSION, LATE) else ""
    return f"{kind}-{complaint.number}{count}"


def of_decision(complaint: Complaint) -> str:
    """Return which letter tells the first decision: the summary of one accepted early, else all of it."""
    return SUMMARY if complaint.decision and complaint.decision.summary else DECISION


def letter_left(complaint: Complaint) -> datetime | None:
    """Return when the letter of the decision that stands left, by the record; None when none did."""
    if complaint.letter_at or complaint.case_id is None or complaint.final is None:
        return complaint.letter_at
    name = step_name(complaint, REVIEW if complaint.reviewed else of_decision(complaint))
    sent = facts.of(complaint.case_id, FactKind.SENT)
    return min((fact.at for fact in sent if fact.which[0] == name), default=None)


def shown(case_id: CaseId, step: str) -> ComplaintNews | None:
    """Return what a message says of the complaint it is about; None when there is no such complaint."""
    kind, _, rest = step.partition("-")
    number = rest.partition("_")[0]
    found = next((one for one in complaints.of_case(case_id) if one.number == number), None)
    return news(found, kind) if found else None


def news(found: Complaint, kind: str) -> ComplaintNews:
    """Return what a message of a kind says of a complaint as it now stands."""
    reasons = ""
    if kind == EXTENSION:
        steps = [step for _, step in complaint_steps.of(found) if step.name == "EXTENDED"]
        reasons = str(steps[-1].detail["reason"]) if steps else ""
    decision = found.reviewed if kind == REVIEW else found.decision
    told = decision if kind in (DECISION, SUMMARY, REVIEW) else None
    return ComplaintNews(
        reference=found.reference,
        received_on=found.day(found.received_at),
        decide_by=found.decide_by,
        outcome=told.outcome.value if told else "",
        decision=told.redress if told else "",
        reasons=told.reasons if told else reasons,
    )


def regulator_day(complaint: Complaint, profile: Profile) -> date | None:
    """Return the last day to turn to the ombudsman, where the profile sets one and it is decided."""
    if "complaint_referral" not in profile.terms or complaint.decision is None:
        return None
    return profile.last_day("complaint_referral", complaint.day(complaint.decision.at))
