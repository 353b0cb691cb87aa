"""What every act on a complaint asks first: its rules, its status, and who may touch it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib import profiles
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import OF_THE_MEDIATOR, Complaint, ComplaintStatus
from chalicelib.domain.errors import NotFound, NotImpartial, NotInRole, NotNow
from chalicelib.domain.profile import Profile
from chalicelib.store import cases

SYSTEM = "SYSTEM"
"""Who acts when a machine does."""
WORDS = 4_000
"""Characters that reasons may have."""


def profile_of(complaint: Complaint) -> Profile:
    """Return the rules a complaint is handled by: those of the day it was received."""
    return profiles.of_version(complaint.jurisdiction, complaint.profile_version)


def require(complaint: Complaint, statuses: Iterable[ComplaintStatus], act: str) -> None:
    """Raise NotNow unless a complaint is in one of the statuses that an act needs."""
    needed = tuple(sorted(statuses))
    if complaint.status not in needed:
        raise NotNow(
            "complaint {reference} is {status}; to {act} it must be {needed}",
            reference=complaint.reference,
            status=complaint.status,
            act=act,
            needed=needed,
        )


def require_role(actor: Actor, *roles: Role) -> None:
    """Raise NotInRole unless somebody has one of the roles."""
    if not actor.roles.intersection(roles):
        raise NotInRole("{who} is no {roles}; ask one who is", who=actor.name, roles=roles)


def require_impartial(complaint: Complaint, actor: Actor) -> None:
    """Raise NotImpartial when somebody is complained of (invariant 13), by what is on record now.

    Measures for handling consumer complaints in banking and insurance (CN): the handler was not involved;
    elsewhere DISP 1.4.1 (GB) and *policy*.
    """
    if actor.id in complained_of(complaint):
        raise NotImpartial(
            "{who} is complained of in {reference}; somebody else must act",
            who=actor.name,
            reference=complaint.reference,
        )


def complained_of(complaint: Complaint) -> frozenset[str]:
    """Return the ids of those complained of: whoever was named, and whoever mediates the case now."""
    if complaint.case_id is None or complaint.category not in OF_THE_MEDIATOR:
        return complaint.against
    try:
        mediator = cases.get(complaint.case_id).mediator
    except NotFound:
        return complaint.against
    return complaint.against | ({mediator} if mediator else frozenset())


def words(text: str, what: str) -> str:
    """Return words that were given; raises NotNow when there are none, or more than fit."""
    given = text.strip()
    if not 0 < len(given) <= WORDS:
        raise NotNow("say {what} in words, at most {most} characters", what=what, most=WORDS)
    return given


def day_of(complaint: Complaint, now: datetime) -> str:
    """Return the complainant's own day of a moment, as it is kept in a step."""
    return complaint.day(now).isoformat()
