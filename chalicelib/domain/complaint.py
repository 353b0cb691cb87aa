"""A complaint: what it is about, whose it is, and by when it must be acknowledged and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from chalicelib.domain.keys import CaseId
from chalicelib.domain.profile import Profile


class Category(StrEnum):
    """What a complaint is about: the causes of JR/T 0169, then mediation and this service itself."""

    COLLECTION = "COLLECTION"
    SERVICE = "SERVICE"
    PRICING = "PRICING"
    CONTRACT = "CONTRACT"
    DISCLOSURE = "DISCLOSURE"
    INFORMATION_SECURITY = "INFORMATION_SECURITY"
    FUND_SAFETY = "FUND_SAFETY"
    MARKETING = "MARKETING"
    RIGHT_TO_CHOOSE = "RIGHT_TO_CHOOSE"
    PRODUCT_RETURN = "PRODUCT_RETURN"
    PROCESS = "PROCESS"
    SYSTEMS = "SYSTEMS"
    MEDIATION_CONDUCT = "MEDIATION_CONDUCT"
    MEDIATOR_BIAS = "MEDIATOR_BIAS"
    PLATFORM = "PLATFORM"
    OTHER = "OTHER"


OF_THE_MEDIATOR = frozenset({Category.MEDIATION_CONDUCT, Category.MEDIATOR_BIAS})
"""A complaint of these is about whoever mediates the case."""


class ComplaintStatus(StrEnum):
    """Where a complaint stands; that it was escalated is a flag beside it."""

    RECEIVED = "RECEIVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    INVESTIGATING = "INVESTIGATING"
    EXTENDED = "EXTENDED"
    DECIDED = "DECIDED"
    REVIEW = "REVIEW"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


UNDECIDED = frozenset(ComplaintStatus) - {
    ComplaintStatus.DECIDED,
    ComplaintStatus.REVIEW,
    ComplaintStatus.CLOSED,
    ComplaintStatus.WITHDRAWN,
}
"""Those in which the clock of the decision runs, and the case is held."""
ENDED = frozenset({ComplaintStatus.CLOSED, ComplaintStatus.WITHDRAWN})


class ComplaintOutcome(StrEnum):
    """How a complaint was decided."""

    UPHELD = "UPHELD"
    PARTLY_UPHELD = "PARTLY_UPHELD"
    NOT_UPHELD = "NOT_UPHELD"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on a complaint: its reasons in words, the redress promised, by whose id and when (UTC).

    `summary`: it came and was accepted so early that a summary of it is letter enough (DISP 1.5).
    """

    outcome: ComplaintOutcome
    reasons: str
    redress: str
    by: str
    at: datetime
    summary: bool = False


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint. `said` are the complainant's own answers by field.

    `acknowledge_by` and `decide_by` are the last local days for each under `profile_version`, the latter as
    it was last extended. A stranger's has no `case_id` and no `lender`; `contact` is where he is answered,
    and his key to it. `against` are the ids of those complained of, `zone` whose days count. `sequence` is
    the number of steps behind it: who acts on an older one loses. `letter_at` is when the letter of the
    latest decision left, `review_by` the last day to answer a review.
    """

    id: str
    reference: str
    category: Category
    received_at: datetime
    acknowledge_by: date
    decide_by: date
    profile_version: str
    said: Mapping[str, object] = field(default_factory=dict)
    case_id: CaseId | None = None
    lender: str = ""
    contact: str = ""
    status: ComplaintStatus = ComplaintStatus.RECEIVED
    against: frozenset[str] = frozenset()
    zone: str = "Asia/Shanghai"
    sequence: int = 0
    handler: str = ""
    acknowledged_at: datetime | None = None
    extensions: int = 0
    escalated: bool = False
    decision: Decision | None = None
    letter_at: datetime | None = None
    review_by: date | None = None
    reviewed: Decision | None = None

    @property
    def jurisdiction(self) -> str:
        """The jurisdiction whose rules it is handled by."""
        return self.profile_version.partition("@")[0]

    @property
    def number(self) -> str:
        """What tells it from the other complaints of its case in the names of messages."""
        return str(int(self.received_at.timestamp()))

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to see to it."""
        return self.status not in ENDED

    @property
    def final(self) -> Decision | None:
        """The decision that stands: that of the review, once there is one."""
        return self.reviewed or self.decision

    def day(self, moment: datetime) -> date:
        """Return the complainant's own day of a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


def due(profile: Profile, day: date) -> tuple[date, date]:
    """Return the last days to acknowledge and to decide a complaint received on `day` (local, not counted).

    Nothing but the decision stops these clocks, least of all a payment (invariant 20).
    """
    return profile.last_day("complaint_ack", day), profile.last_day("complaint_decision", day)
