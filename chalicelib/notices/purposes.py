"""What a notice says beyond the debt itself: one small value per purpose, carried by Variables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """The borrower's answer as received: `received_at` in his own zone."""

    reference: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """A mediation meeting: `at` in the borrower's zone, `mode` a code of Mode, `place` an address or a number
    to ring, `link` where an online meeting is joined; one of the two is needed.
    """

    at: datetime
    mode: str
    mediator: str
    place: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A drafted agreement waiting for signatures: `total` in minor units over `instalments` payments.

    `digest` is the hash of the document that every signature binds (invariant 15).
    """

    reference: str
    sign_by: date
    total: int
    instalments: int
    first_due: date
    digest: str


@dataclass(frozen=True, slots=True)
class Court:
    """An agreement that a court can confirm, and the last day on which both sides can ask it to."""

    reference: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of a plan, the `number`-th of `of`; `amount` in minor units."""

    number: int
    of: int
    amount: int
    due: date


@dataclass(frozen=True, slots=True)
class ComplaintNews:
    """What there is to tell of a complaint: `decide_by` the answer's day, in an extension the new one.

    `outcome` is a code of ComplaintOutcome, `decision` what is made good, `reasons` those of the extension or
    of the decision; `routes` where to turn next, by default the profile's own.
    """

    reference: str
    received_on: date
    decide_by: date | None = None
    decision: str = ""
    reasons: str = ""
    routes: tuple[str, ...] = ()
    outcome: str = ""
