"""The directory of those who help: mediators, legal advisers and experts, and whether each may act (pure)."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from chalicelib.domain.codes import Mode
from chalicelib.domain.errors import NotPermitted


class Profession(StrEnum):
    """What somebody in the directory is."""

    MEDIATOR = "MEDIATOR"
    LEGAL_ADVISER = "LEGAL_ADVISER"
    EXPERT = "EXPERT"


class Proof(StrEnum):
    """What everybody in the directory must have, renewed before it lapses."""

    TRAINING = "TRAINING"
    ASSESSMENT = "ASSESSMENT"


class Reason(StrEnum):
    """What speaks for somebody or against him; the desk says it in its reader's language."""

    RETIRED = "RETIRED"
    UNPROVED = "UNPROVED"
    LAPSED = "LAPSED"
    NO_MEDIATOR = "NO_MEDIATOR"
    CONFLICT = "CONFLICT"
    OBJECTED = "OBJECTED"
    OTHER_LANGUAGE = "OTHER_LANGUAGE"
    OTHER_MODE = "OTHER_MODE"
    AWAY = "AWAY"
    FULL = "FULL"
    SPECIALIST = "SPECIALIST"
    SPEAKS = "SPEAKS"
    LOAD = "LOAD"
    FITS_LESS = "FITS_LESS"

    def of(self, *values: object) -> str:
        """Return the reason with its values as it is kept: `LAPSED:TRAINING:2026-11-30`."""
        return ":".join((self.value, *map(str, values)))


def parts_of(text: str) -> tuple[Reason, list[str]] | None:
    """Return a reason and its values as `Reason.of` put them together; None for what is no reason."""
    name, *values = text.split(":")
    return (Reason(name), values) if name in set(Reason) and not set(text) & set(string.whitespace) else None


@dataclass(frozen=True, slots=True)
class Record:
    """One training attended or assessment passed; both days are included."""

    proof: Proof
    name: str
    passed_on: date
    valid_until: date

    def __post_init__(self) -> None:
        if self.valid_until < self.passed_on:
            raise NotPermitted("{name}: it lapses before it was passed", name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Professional:
    """Somebody in the directory; `name`, `organisation` and `qualifications` by language, shown to borrowers.

    `specialities` are delay reasons he knows well, `conflicts` the lenders he has or had to do with.
    `capacity` is how many cases he takes at once, `away` his absences (first and last day).
    """

    id: str
    profession: Profession
    name: Mapping[str, str]
    organisation: Mapping[str, str]
    qualifications: Mapping[str, str]
    languages: tuple[str, ...]
    modes: tuple[Mode, ...]
    specialities: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    capacity: int = 20
    records: tuple[Record, ...] = ()
    away: tuple[tuple[date, date], ...] = ()
    retired_on: date | None = None

    def is_away(self, on: date) -> bool:
        """Whether he is absent on a day."""
        return any(first <= on <= last for first, last in self.away)


def unfit(person: Professional, on: date) -> list[str]:
    """Return why somebody may not act on a day, nothing when he may (invariant 14).

    Each proof must be held and not have lapsed.
    """
    retired = person.retired_on is not None and person.retired_on <= on
    found = [Reason.RETIRED.of(person.retired_on)] if retired else []
    for proof in Proof:
        held = [record for record in person.records if record.proof == proof and record.passed_on <= on]
        last = max((record.valid_until for record in held), default=None)
        if last is None:
            found.append(Reason.UNPROVED.of(proof))
        elif last < on:
            found.append(Reason.LAPSED.of(proof, last))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a case asks of its mediator; `objected` are those a side has objected to, by id."""

    lender: str
    language: str
    mode: Mode | None = None
    reason: str = ""
    objected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is chosen and why, and why not the others (by id); nobody when nobody may."""

    chosen: str | None
    reasons: tuple[str, ...] = ()
    passed_over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def bars(person: Professional, wanted: Wanted, on: date) -> list[str]:
    """Return what no override gets past: he may not act, has a conflict, or was objected to."""
    found = [] if person.profession == Profession.MEDIATOR else [Reason.NO_MEDIATOR.of()]
    found += unfit(person, on)
    if wanted.lender in person.conflicts:
        found.append(Reason.CONFLICT.of())
    if person.id in wanted.objected:
        found.append(Reason.OBJECTED.of())
    return found


def misfits(person: Professional, wanted: Wanted, on: date, load: int) -> list[str]:
    """Return what speaks against somebody who may act: a person may choose him all the same."""
    found = []
    if wanted.language.split("-")[0] not in {each.split("-")[0] for each in person.languages}:
        found.append(Reason.OTHER_LANGUAGE.of(wanted.language))
    if wanted.mode and wanted.mode not in person.modes:
        found.append(Reason.OTHER_MODE.of(wanted.mode.value))
    if person.is_away(on):
        found.append(Reason.AWAY.of())
    if load >= person.capacity:
        found.append(Reason.FULL.of(load, person.capacity))
    return found


def choose(wanted: Wanted, people: Sequence[tuple[Professional, int]], on: date) -> Choice:
    """Return the mediator who fits best: of those who may and fit, a specialist first, then the least busy.

    `people` are pairs of somebody and his cases under way. The same input gives the same choice.
    """
    against = {
        person.id: (*bars(person, wanted, on), *misfits(person, wanted, on, load)) for person, load in people
    }
    fit = [(person, load) for person, load in people if not against[person.id]]
    if not fit:
        return Choice(None, (), against)
    person, load = min(fit, key=lambda one: _rank(one[0], one[1], wanted))
    reasons = [Reason.SPEAKS.of(wanted.language), Reason.LOAD.of(load, person.capacity)]
    if wanted.reason in person.specialities:
        reasons.insert(0, Reason.SPECIALIST.of(wanted.reason))
    less = (Reason.FITS_LESS.of(),)
    others = {other.id: against[other.id] or less for other, _ in people if other != person}
    return Choice(person.id, tuple(reasons), others)


def _rank(person: Professional, load: int, wanted: Wanted) -> tuple[bool, float, str]:
    return wanted.reason not in person.specialities, load / person.capacity, person.id
