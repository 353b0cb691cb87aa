"""Somebody complains: a borrower about anything in his case, a stranger about anything at all."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.complaint import OF_THE_MEDIATOR, Category, Complaint, due
from chalicelib.domain.profile import Profile
from chalicelib.domain.windows import zones_of
from chalicelib.forms.fields import Fault
from chalicelib.forms.journey import Submission
from chalicelib.forms.reachable import telephone_or_email
from chalicelib.store import batch, complaints, tries

_STRANGERS = "CN"
"""Of a stranger's lender nothing is known: the shortest clock of all profiles is his (*policy*)."""
_REFERENCE = re.compile(r"C-[A-Z2-7]{4}-[A-Z2-7]{4}")


def complain(sent: Submission, case: Case | None) -> bool:
    """Keep a complaint with its clocks; `case` is None for a stranger. Returns whether it is new."""
    profile = _profile(sent.at, case)
    zone = zones_of(case.borrower.timezone if case else None, profile.zones)[0]
    said = dict(sent.answers)
    category, contact = Category(str(said.pop("category"))), str(said.pop("contact", ""))
    acknowledge_by, decide_by = due(profile, sent.at.astimezone(zone).date())
    return complaints.receive(
        Complaint(
            sent.id,
            sent.reference,
            category,
            sent.at,
            acknowledge_by,
            decide_by,
            profile.version,
            said,
            case.id if case else None,
            case.lender if case else "",
            contact,
            against=_against(case, category),
            zone=zone.key,
        )
    )


def strangers_profile(at: datetime) -> Profile:
    """Return the rules by which a stranger's complaint is handled at `at` (aware)."""
    return profiles.current(_STRANGERS, at)


class Locked:
    """Too many tries with this reference; nothing is said of it for 24 hours."""


def look_up(reference: str, contact: str, now: datetime) -> Complaint | Locked | None:
    """Return the complaint of whoever knows its reference and the contact he gave; uses up one try.

    None alike for an unknown reference and a wrong contact: a try is counted before either is looked at.
    """
    name = "".join(reference.split()).upper()
    try:
        given = telephone_or_email(contact)
    except Fault:
        return None
    if not _REFERENCE.fullmatch(name):
        return None
    row = tries.complaint_row(name)
    if tries.take(row, now.astimezone(UTC)) is None:
        return Locked()
    for one in complaints.find(name):
        if one.contact and hmac.compare_digest(one.contact.encode(), given.encode()):
            batch.write((), gone=[row])
            return one
    return None


def _against(case: Case | None, category: Category) -> frozenset[str]:
    """Return whom a complaint is about, by his id: of mediation, whoever mediates."""
    about = case.mediator if case and category in OF_THE_MEDIATOR else None
    return frozenset({about} if about else ())


def _profile(at: datetime, case: Case | None) -> Profile:
    return profiles.of_version(case.profile, case.profile_version) if case else strangers_profile(at)
