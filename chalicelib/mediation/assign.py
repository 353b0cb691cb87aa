"""A mediator is assigned: by fit and load, anew when a side objects, or as a person decides with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Mode
from chalicelib.domain.directory import Choice, Wanted, bars, choose
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import REPLACEABLE
from chalicelib.mediation import standing
from chalicelib.mediation.schedule import called_off, tell_called_off
from chalicelib.mediation.statements import SIDES
from chalicelib.mediation.wake import wake
from chalicelib.store import cases, directory, facts
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

AUTOMATIC = "AUTOMATIC"
_OBJECTIONS = 2  # *policy*: a side may turn down two mediators without anybody's leave


@dataclass(frozen=True, slots=True)
class Objection:
    """A side's objection to a mediator (his id), by whom and why; `said` are the side's own answers."""

    side: Party
    by: str
    mediator: str
    reason: str
    said: Mapping[str, object] = field(default_factory=dict)

    def fact(self, case_id: CaseId, number: int, now: datetime) -> Fact:
        """Return it as the side's `number`-th fact."""
        detail = {**self.said, "mediator": self.mediator, "by": self.by, "reason": self.reason}
        return Fact(case_id, FactKind.OBJECTION, now, (self.side.value, f"{number:02d}"), detail)


def assign(case: Case, now: datetime) -> Case:
    """Assign the mediator who fits an accepted case best, with the reasons on record; returns the case.

    It stays as it is when nobody fits: then a person has to see to it (the stage's own timer rings); and
    once its time is over, until a person has looked at that (invariant 23).
    """
    if _is_over(case, now):
        return case
    choice = _choice(case, now)
    if choice.chosen is None:
        return case
    return _assigned(case, choice, AUTOMATIC, now)


@dataclass(frozen=True, slots=True)
class Reassign:
    """Gives a case another mediator."""

    timers: Timers

    def object_to(self, case_id: CaseId, objection: Objection, now: datetime) -> bool:
        """Record that a side objects to the mediator, and assign another; returns whether there is one.

        A meeting ahead is called off. A repeat goes on where it broke off: nobody is assigned again to whom a
        side objected, and his successor is none of it. Raises NotNow when the side has objected too often, or
        the case has not this mediator (any more), or is where none can be replaced.
        """
        case = cases.get(case_id)
        before = _objections(case_id, objection.side)
        if objection.mediator not in {fact.detail["mediator"] for fact in before}:
            self._take(case, objection, len(before), now)
            case = cases.get(case_id)
        return self._replaced(case, now)

    def _take(self, case: Case, objection: Objection, before: int, now: datetime) -> None:
        standing.require(case, REPLACEABLE, "object to its mediator")
        if case.mediator != objection.mediator:
            raise NotNow(
                "{who} does not mediate case {case}; look who does", who=objection.mediator, case=case.id
            )
        if objection.side not in SIDES or before >= _OBJECTIONS:
            raise NotNow(
                "each side may object to {most} mediators; ask the mediation body for more", most=_OBJECTIONS
            )
        rows, gone = called_off(case, now)
        accepted = standing.at(replace(case, mediator=None), CaseStatus.ACCEPTED, now)
        standing.move(case, accepted, objection.fact(case.id, before + 1, now), beside=rows, gone=gone)

    def override(self, case_id: CaseId, mediator: str, by: str, reason: str, now: datetime) -> bool:
        """Assign whom a person chose, with his reason; returns whether that is new.

        Raises NotNow past a conflict, an objection or a lapsed proof (invariant 14): no reason lifts those.
        """
        case = cases.get(case_id)
        standing.require(case, (CaseStatus.ACCEPTED, *REPLACEABLE), "assign a mediator")
        if case.mediator == mediator:
            return False
        if _is_over(case, now):
            raise NotNow("the time of this mediation is over; review that first")
        day = now.astimezone(standing.zone_of(case)).date()
        if against := bars(directory.get(mediator), _wanted(case), day):
            raise NotNow("{who} cannot be assigned: {why}", who=mediator, why=tuple(against))
        _assigned(case, Choice(mediator, (reason,)), by, now)
        tell_called_off(case, self.timers, now)
        wake(case_id, self.timers)
        return True

    def _replaced(self, case: Case, now: datetime) -> bool:
        """Assign another where nobody has the case, tell of the meeting called off, and wake the machine."""
        found = assign(case, now) if case.status == CaseStatus.ACCEPTED else case
        tell_called_off(case, self.timers, now)
        wake(case.id, self.timers)
        return found.mediator is not None


def _is_over(case: Case, now: datetime) -> bool:
    return case.limit_at is not None and now >= case.limit_at


def may_object(case: Case, side: Party) -> bool:
    """Whether a side may object to the mediator of a case now."""
    return (
        bool(case.mediator) and case.status in REPLACEABLE and len(_objections(case.id, side)) < _OBJECTIONS
    )


def _objections(case_id: CaseId, side: Party) -> list[Fact]:
    return [fact for fact in facts.of(case_id, FactKind.OBJECTION) if fact.which[0] == side.value]


def _choice(case: Case, now: datetime) -> Choice:
    day = now.astimezone(standing.zone_of(case)).date()
    people = [(person, directory.load_of(person.id)) for person in directory.every()]
    return choose(_wanted(case), people, day)


def _wanted(case: Case) -> Wanted:
    """What the case asks of its mediator, by the borrower's own answers."""
    given = facts.of(case.id)
    said = [fact.detail for fact in given if fact.kind in (FactKind.APPLICATION, FactKind.FEEDBACK)]
    modes = [detail["mode"] for detail in said if detail.get("mode")]
    reasons = [detail["reason"] for detail in said if detail.get("reason")]
    objected = {fact.detail["mediator"] for fact in given if fact.kind == FactKind.OBJECTION}
    return Wanted(
        lender=case.lender,
        language=case.borrower.language,
        mode=Mode(modes[-1]) if modes else None,
        reason=str(reasons[-1]) if reasons else "",
        objected=frozenset(objected),
    )


def _assigned(case: Case, choice: Choice, by: str, now: datetime) -> Case:
    number = f"{len(facts.of(case.id, FactKind.ASSIGNED)) + 1:02d}"
    passed_over = {name: list(why) for name, why in choice.passed_over.items()}
    detail = {"mediator": choice.chosen, "by": by, "reasons": list(choice.reasons), "passed": passed_over}
    rows, gone = called_off(case, now)
    assigned = standing.at(replace(case, mediator=choice.chosen), CaseStatus.ASSIGNED, now)
    fact = Fact(case.id, FactKind.ASSIGNED, now, (number,), detail)
    standing.move(case, assigned, fact, beside=rows, gone=gone)
    return assigned
