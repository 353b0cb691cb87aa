"""Where a case stands after an act of its mediation: status, whose turn it is, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib import profiles
from chalicelib.domain import mediation
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Outcome
from chalicelib.domain.errors import NotNow
from chalicelib.domain.mediation import UNDER_WAY, Timer
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.profile import Profile
from chalicelib.domain.windows import zones_of
from chalicelib.store import cases, facts, meetings
from chalicelib.store import standing as heads
from chalicelib.store.facts import Fact
from chalicelib.store.rows import Row


def profile_of(case: Case) -> Profile:
    """Return the rules a case follows: those of the day it was opened."""
    return profiles.of_version(case.profile, case.profile_version)


def zone_of(case: Case) -> ZoneInfo:
    """Return the borrower's zone, or the strictest one of his country."""
    return zones_of(case.borrower.timezone, profile_of(case).zones)[0]


def at(case: Case, status: CaseStatus, now: datetime, meeting: Meeting | None = None) -> Case:
    """Return a case as it stands once it has come to `status` at `now` (UTC), with its next deadline.

    `meeting` is the one ahead of a case that is SCHEDULED.
    """
    since = now if status in UNDER_WAY else None
    moved = replace(case, status=status, since=since)
    return mediation.standing(moved, meeting, profile_of(case), zone_of(case), now)


def as_it_is(case: Case, now: datetime) -> Case:
    """Return a case where it stands, with its next deadline reckoned anew."""
    ahead = meetings.get(case.id) if case.status == CaseStatus.SCHEDULED else None
    return mediation.standing(case, ahead, profile_of(case), zone_of(case), now)


def timers_of(case: Case) -> list[Timer]:
    """Return the timers of a case's mediation, in order (reads its meetings when one is ahead)."""
    meeting = meetings.get(case.id) if case.status == CaseStatus.SCHEDULED else None
    return mediation.timers(case, meeting, profile_of(case), zone_of(case))


def move(
    case: Case,
    moved: Case,
    fact: Fact,
    *,
    beside: Sequence[Row] = (),
    gone: Sequence[Row] = (),
) -> bool:
    """Take a case from where `case` was read to where `moved` stands, and record why, all or none.

    Returns False for a repeat of the same fact. Raises NotNow when it has moved on since it was read, also
    when another act took the number that this fact would have.
    """
    if heads.move(moved, (case.status,), fact, beside=beside, gone=gone, was=case):
        return True
    if facts.stands(fact):
        return False
    raise NotNow(
        "case {case} has moved on to {status}; look at it again",
        case=case.id,
        status=cases.get(case.id).status,
    )


def close(case: Case, outcome: Outcome, reason: str, fact: Fact) -> None:
    """Close a case that stands where it was read, and record why, all or none.

    Raises NotNow when an act was quicker: that one stands.
    """
    if not heads.close(case, outcome, reason, fact):
        raise NotNow(
            "case {case} has moved on to {status}; look at it again",
            case=case.id,
            status=cases.get(case.id).status,
        )


def require(case: Case, statuses: Iterable[CaseStatus], act: str) -> None:
    """Raise NotNow unless a case is in one of the statuses that an act needs."""
    needed = tuple(statuses)
    if case.status not in needed:
        raise NotNow(
            "case {case} is {status}; to {act} it must be {needed}",
            case=case.id,
            status=case.status,
            act=act,
            needed=needed,
        )
