"""How somebody of the directory has done, from what is on record: what his next assessment rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.complaints.standing import complained_of
from chalicelib.domain.actor import Actor
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.complaint import Complaint, ComplaintOutcome
from chalicelib.domain.directory import Proof, Record, unfit
from chalicelib.domain.permissions import Permission, require
from chalicelib.store import bookings, cases, complaints, directory, facts
from chalicelib.store.facts import Fact

SPAN = timedelta(days=365)
"""*Policy*: an assessment looks back a year."""
MOST = 200
"""Cases read for one assessment at most, the latest first: two reads each."""
QUESTIONS = ("clear", "fair", "trust")
_OF_MEDIATION = frozenset({"MEETING", "AGREEMENT"})
_FOUND_RIGHT = frozenset({ComplaintOutcome.UPHELD, ComplaintOutcome.PARTLY_UPHELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A year of somebody's work: cases he met in and how those closed that did, what borrowers said of it.

    `satisfaction` is each question's mean of 1 to 5 in hundredths, `answers` how many answered; `trainings`
    are those of the year, `unfit` why he may not act today. `cut` says that there were more than MOST cases.
    """

    person: str
    since: datetime
    cases: int
    closed: int
    outcomes: Mapping[str, int]
    satisfaction: Mapping[str, int]
    answers: int
    complaints: int
    complaints_right: int
    trainings: tuple[Record, ...]
    unfit: tuple[str, ...]
    cut: bool


def assess(actor: Actor, person_id: str, now: datetime) -> Assessment:
    """Return what is on record of somebody's last year; scores alone, no word of a session (invariant 24).

    Raises NotInRole, NotFound.
    """
    require(actor, Permission.DIRECTORY)
    person, since = directory.get(person_id), now - SPAN
    met = bookings.cases_of(person_id, since, now)
    found = [case for case in map(cases.get, met[:MOST]) if case.mediator == person_id]
    recorded = [facts.of(case.id) for case in found]
    scores = _scores(recorded)
    against = [one for facts_of in recorded for one in _complaints(facts_of, person_id)]
    return Assessment(
        person=person_id,
        since=since,
        cases=len(found),
        closed=sum(not case.is_open for case in found),
        outcomes=_outcomes(found),
        satisfaction={name: _mean([each[name] for each in scores]) for name in QUESTIONS if scores},
        answers=len(scores),
        complaints=len(against),
        complaints_right=sum(_is_right(one) for one in against),
        trainings=_trainings(person.records, since, now),
        unfit=tuple(unfit(person, now.date())),
        cut=len(met) > MOST,
    )


def _outcomes(found: Iterable[Case]) -> dict[str, int]:
    return dict(Counter(case.outcome.value for case in found if case.outcome))


def _scores(recorded: Iterable[list[Fact]]) -> list[dict[str, int]]:
    told = (fact for found in recorded for fact in found if fact.kind == FactKind.SURVEY)
    return [
        {name: int(fact.detail[name]) for name in QUESTIONS}
        for fact in told
        if fact.which[0] in _OF_MEDIATION and all(name in fact.detail for name in QUESTIONS)
    ]


def _mean(values: list[int]) -> int:
    return round(100 * sum(values) / len(values))


def _complaints(found: list[Fact], person_id: str) -> list[Complaint]:
    """Return the complaints about him; only a case in which one was made is read further."""
    made = [fact for fact in found if fact.kind == FactKind.COMPLAINT]
    known = complaints.of_case(made[0].case_id) if made else []
    return [one for one in known if person_id in complained_of(one)]


def _is_right(complaint: Complaint) -> bool:
    return complaint.final is not None and complaint.final.outcome in _FOUND_RIGHT


def _trainings(records: Iterable[Record], since: datetime, now: datetime) -> tuple[Record, ...]:
    first, last = since.date(), now.date()
    return tuple(each for each in records if each.proof == Proof.TRAINING and first <= each.passed_on <= last)
