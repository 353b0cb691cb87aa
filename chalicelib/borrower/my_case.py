"""A borrower's case as he may see it: where it stands, what he complained of and what he asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Wish
from chalicelib.domain.profile import Profile
from chalicelib.domain.progress import Stand
from chalicelib.domain.windows import zones_of
from chalicelib.mediation.extend import GRANTED
from chalicelib.store import agreements, dossier, meetings, plans
from chalicelib.store.facts import Fact

_STATES = {
    "DECIDED": "DECIDED",
    "REVIEW_ASKED": "REVIEW",
    "REVIEWED": "DECIDED",
    "CLOSED": "ENDED",
    "WITHDRAWN": "ENDED",
}
"""Where a step of a complaint leads, for who made it; every other leaves it where it was."""


@dataclass(frozen=True, slots=True)
class Complained:
    """One's own complaint: OPEN, DECIDED, in REVIEW or ENDED, and by which day the next answer comes."""

    reference: str
    state: str
    by: date


@dataclass(frozen=True, slots=True)
class MyCase:
    """Where a case stands, its facts (oldest first) and the rules it stands under."""

    stand: Stand
    facts: Sequence[Fact]
    profile: Profile

    def of(self, *kinds: FactKind) -> list[Fact]:
        """Return the facts of some kinds, oldest first."""
        return [fact for fact in self.facts if fact.kind in kinds]

    def complaints(self) -> list[Complained]:
        """Return each complaint and the day it is answered by, as its last step left it."""
        steps = self.of(FactKind.HANDLING)
        return [
            self._complained(fact, [step for step in steps if step.which[0] == fact.which[0]])
            for fact in self.of(FactKind.COMPLAINT)
        ]

    def _complained(self, made: Fact, steps: Sequence[Fact]) -> Complained:
        by = self.profile.last_day("complaint_decision", self.stand.day(made.at))
        found = Complained(str(made.detail.get("reference", "")), "OPEN", by)
        for step in sorted(steps, key=lambda one: one.which[1]):
            name = str(step.detail["step"])
            day = step.detail.get("decide_by") or step.detail.get("review_by")
            found = replace(
                found,
                state=_STATES.get(name, found.state),
                by=date.fromisoformat(str(day)) if day else found.by,
            )
        return found


def read(case: Case, now: datetime) -> MyCase:
    """Return a case with all that is on record of it, in one query, at `now` (UTC)."""
    profile = profiles.of_version(case.profile, case.profile_version)
    found = dossier.read(case.id)
    applied = _applied_at(found.facts)
    stand = Stand(
        case=case,
        zone=zones_of(case.borrower.timezone, profile.zones)[0],
        now=now,
        answered_at=_first(found.facts, FactKind.FEEDBACK, FactKind.APPLICATION),
        applied_at=applied,
        accepted_at=_last(found.facts, FactKind.ACCEPTED) if applied else None,
        arranged_at=_arranged_at(found.facts) if applied and case.status != CaseStatus.ACCEPTED else None,
        offered_at=_offered_at(found.facts),
        extended=any(fact.kind == FactKind.EXTENSION and fact.which[0] == GRANTED for fact in found.facts),
        plan_at=_first(found.facts, FactKind.PLAN),
        limit_at=found.limit_at,
        meeting=meetings.latest(found.facts),
        agreement=agreements.latest(found.facts),
        plan=plans.latest(found.facts),
    )
    return MyCase(stand, found.facts, profile)


def _first(found: Sequence[Fact], *kinds: FactKind) -> datetime | None:
    return next((fact.at for fact in found if fact.kind in kinds), None)


def _last(found: Sequence[Fact], kind: FactKind) -> datetime | None:
    return next((fact.at for fact in reversed(found) if fact.kind == kind), None)


def _arranged_at(found: Sequence[Fact]) -> datetime | None:
    """Return when who mediates now was named."""
    return _last(found, FactKind.ASSIGNED) or _first(found, FactKind.MEETING)


def _offered_at(found: Sequence[Fact]) -> datetime | None:
    """Return when times were last offered, unless somebody else mediates since."""
    offered, assigned = _last(found, FactKind.SLOTS), _last(found, FactKind.ASSIGNED)
    return None if offered and assigned and offered < assigned else offered


def _applied_at(found: Sequence[Fact]) -> datetime | None:
    """Return when he last asked for mediation, by an application or with his reply, unless he withdrew it."""
    applied = None
    for fact in found:
        wishes = fact.kind == FactKind.FEEDBACK and fact.detail.get("wish") == Wish.YES
        if fact.kind == FactKind.APPLICATION or wishes:
            applied = fact.at
        elif fact.kind == FactKind.WITHDRAWN:
            applied = None
    return applied
