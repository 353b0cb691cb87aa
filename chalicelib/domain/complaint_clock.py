"""The clocks of a complaint: which limit runs, when it is warned of, whether it can be extended (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from chalicelib.domain.complaint import UNDECIDED, Complaint, ComplaintStatus
from chalicelib.domain.mediation import end_of_day
from chalicelib.domain.profile import Profile


class Clock(StrEnum):
    """A statutory clock of a complaint; nothing but its own act stops it, least of all a payment."""

    ACKNOWLEDGE = "ACKNOWLEDGE"
    DECIDE = "DECIDE"
    ASK_REVIEW = "ASK_REVIEW"
    REVIEW = "REVIEW"
    CLOSE = "CLOSE"


ON_US = frozenset({Clock.ACKNOWLEDGE, Clock.DECIDE, Clock.REVIEW})
"""The clocks that we can miss. The time to ask is the complainant's own; a reviewed one is just closed."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The clock that runs: the last local day of its term, the moment (UTC) it is over and is warned of."""

    clock: Clock
    last_day: date
    at: datetime
    warn_at: datetime


def limit(complaint: Complaint, profile: Profile) -> Limit | None:
    """Return the clock that runs for a complaint where it stands; None once it is ended."""
    found = _running(complaint, profile)
    if found is None:
        return None
    clock, last = found
    over = end_of_day(last, ZoneInfo(complaint.zone))
    ahead = timedelta(seconds=profile.term("complaint_warning").seconds)
    began = _began(complaint)
    return Limit(clock, last, over, max(over - ahead, began + (over - began) / 2))


def _running(complaint: Complaint, profile: Profile) -> tuple[Clock, date] | None:
    status = complaint.status
    if status == ComplaintStatus.RECEIVED:
        return Clock.ACKNOWLEDGE, complaint.acknowledge_by
    if status in UNDECIDED:
        return Clock.DECIDE, complaint.decide_by
    if complaint.reviewed and complaint.is_open:
        return Clock.CLOSE, complaint.day(complaint.reviewed.at)
    if status == ComplaintStatus.REVIEW and complaint.review_by:
        return Clock.REVIEW, complaint.review_by
    if status == ComplaintStatus.DECIDED:
        return Clock.ASK_REVIEW, ask_review_by(complaint, profile)
    return None


def _began(complaint: Complaint) -> datetime:
    decided = complaint.decision
    return decided.at if decided and complaint.status not in UNDECIDED else complaint.received_at


def ask_review_by(complaint: Complaint, profile: Profile) -> date:
    """Return the last local day to ask for a review; raises ValueError before there is a decision."""
    if complaint.decision is None:
        raise ValueError(f"complaint {complaint.reference} is not decided")
    return profile.last_day("complaint_review_request", complaint.day(complaint.decision.at))


def review_by(complaint: Complaint, profile: Profile, now: datetime) -> date:
    """Return the last local day to answer a review asked for at `now`."""
    return profile.last_day("complaint_review", complaint.day(now))


def extended_to(complaint: Complaint, profile: Profile) -> date | None:
    """Return the last day for the decision once it is extended again; None where the law gives no more time.

    A complex matter first gets the term the law has for it, counted from receipt; then, or where there is no
    such term, the extension itself, once.
    """
    ladder = [name for name in ("complaint_decision_complex", "complaint_extension") if name in profile.terms]
    if complaint.extensions >= len(ladder):
        return None
    name = ladder[complaint.extensions]
    complex_ = name == "complaint_decision_complex"
    start = complaint.day(complaint.received_at) if complex_ else complaint.decide_by
    return profile.last_day(name, start)


def summary_until(complaint: Complaint, profile: Profile) -> datetime | None:
    """Return until when a summary is enough for a complaint resolved; None where the law has none."""
    if "complaint_summary" not in profile.terms:
        return None
    last = profile.last_day("complaint_summary", complaint.day(complaint.received_at))
    return end_of_day(last, ZoneInfo(complaint.zone))


def may_summarise(complaint: Complaint, profile: Profile, now: datetime) -> bool:
    """Whether a complaint that is resolved at `now`, its answer accepted, needs no more than a summary."""
    until = summary_until(complaint, profile)
    return until is not None and now < until


def is_over(complaint: Complaint, now: datetime) -> bool:
    """Whether the time to decide is over (invariant 12: nothing is extended from then on)."""
    return now >= end_of_day(complaint.decide_by, ZoneInfo(complaint.zone))
