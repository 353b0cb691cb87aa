"""A complaint: what it is about, whose it is, and by when it must be acknowledged and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

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


class ComplaintStatus(StrEnum):
    """Where a complaint stands; the stages of its decision follow RECEIVED."""

    RECEIVED = "RECEIVED"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint. `said` are the complainant's own answers by field.

    `acknowledge_by` and `decide_by` are the last local days for each under `profile_version`. A stranger's
    has no `case_id` and no `lender`; `contact` is where he is answered, and his key to it.
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


def due(profile: Profile, day: date) -> tuple[date, date]:
    """Return the last days to acknowledge and to decide a complaint received on `day` (local, not counted).

    Nothing but the decision stops these clocks, least of all a payment (invariant 20).
    """
    return profile.last_day("complaint_ack", day), profile.last_day("complaint_decision", day)
