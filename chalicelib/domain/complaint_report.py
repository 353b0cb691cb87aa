"""How complaints were handled, counted by lender, profile and category (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.domain.complaint import UNDECIDED, Complaint, ComplaintOutcome
from chalicelib.domain.complaint_causes import cfpb_issue
from chalicelib.domain.mediation import end_of_day

AGES = (7, 15, 30, 60)
"""Open complaints are counted by these days of age; what is older comes last."""


@dataclass(frozen=True, slots=True)
class Line:
    """The complaints of one lender, profile and category that one month brought."""

    lender: str
    profile: str
    category: str
    issue: str
    received: int
    acknowledged_in_time: int
    decided: int
    decided_in_time: int
    extended: int
    upheld: int
    breached: int
    open_by_age: tuple[int, ...]

    @property
    def upheld_share(self) -> float:
        """The share of decisions that uphold a complaint, at least in part; 0 without any."""
        return self.upheld / self.decided if self.decided else 0.0


def lines(found: Iterable[Complaint], now: datetime) -> list[Line]:
    """Return the report at `now` (UTC), a line for each lender, profile and category that has complaints."""
    groups: dict[tuple[str, str, str], list[Complaint]] = defaultdict(list)
    for one in found:
        groups[one.lender, one.profile_version, one.category.value].append(one)
    return [_line(key, group, now) for key, group in sorted(groups.items())]


def acknowledged_in_time(one: Complaint) -> bool:
    """Whether a complaint was acknowledged by its day."""
    return one.acknowledged_at is not None and one.day(one.acknowledged_at) <= one.acknowledge_by


def decided_in_time(one: Complaint) -> bool:
    """Whether a complaint was decided by its day, as it was last extended."""
    return one.decision is not None and one.day(one.decision.at) <= one.decide_by


def is_breached(one: Complaint, now: datetime) -> bool:
    """Whether a clock of a complaint was missed: its acknowledgement, its decision or its review."""
    zone = ZoneInfo(one.zone)
    late_ack = not acknowledged_in_time(one) and now >= end_of_day(one.acknowledge_by, zone)
    open_late = one.status in UNDECIDED and now >= end_of_day(one.decide_by, zone)
    decided_late = one.decision is not None and not decided_in_time(one)
    answered = one.day(one.reviewed.at if one.reviewed else now)
    return late_ack or open_late or decided_late or (one.review_by is not None and answered > one.review_by)


def _line(key: tuple[str, str, str], group: list[Complaint], now: datetime) -> Line:
    lender, profile, category = key
    decided = [one for one in group if one.final]
    issue = cfpb_issue(group[0].category, group[0].jurisdiction)
    return Line(
        lender=lender,
        profile=profile,
        category=category,
        issue=issue.value if issue else "",
        received=len(group),
        acknowledged_in_time=sum(map(acknowledged_in_time, group)),
        decided=len(decided),
        decided_in_time=sum(map(decided_in_time, group)),
        extended=sum(one.extensions > 0 for one in group),
        upheld=sum(bool(one.final and one.final.outcome != ComplaintOutcome.NOT_UPHELD) for one in decided),
        breached=sum(is_breached(one, now) for one in group),
        open_by_age=_ages([(now - one.received_at).days for one in group if one.is_open]),
    )


def _ages(days: list[int]) -> tuple[int, ...]:
    within = [sum(day <= most for day in days) for most in AGES] + [len(days)]
    return tuple(here - before for here, before in zip(within, [0, *within], strict=False))
