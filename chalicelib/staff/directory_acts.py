"""The acts on the directory: who is entered, what he has proved, what he takes on, when he is away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.domain.codes import DelayReason, Mode
from chalicelib.domain.directory import Profession, Professional, Proof, Record
from chalicelib.domain.errors import NotFound, NotNow
from chalicelib.domain.local_form import LANGUAGES, format_date
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Choice, Choices, Day, Fault, Line
from chalicelib.staff.act import Act, On
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.store import directory, lenders

_TEXTS = ("name", "organisation", "qualifications")


def _plain_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", text):
        raise Fault("invalid")
    return text


def _many(answers: Answers, field: str) -> tuple[str, ...]:
    value = answers.get(field, [])
    return tuple(value) if isinstance(value, list) else (str(value),)


def _enter(desk: Desk, about: str, answers: Answers) -> bool:
    """Enter somebody new; who is entered already stays as he is."""
    texts = {name: {each: said(answers, f"{name}_{each}") for each in LANGUAGES} for name in _TEXTS}
    person = Professional(
        id=said(answers, "id"),
        profession=Profession(said(answers, "profession")),
        name=texts["name"],
        organisation=texts["organisation"],
        qualifications=texts["qualifications"],
        languages=_many(answers, "languages"),
        modes=tuple(Mode(mode) for mode in _many(answers, "modes")),
    )
    try:
        known = directory.get(person.id)
    except NotFound:
        directory.put(person)
        return True
    if replace(known, records=(), away=(), retired_on=None) != person:
        raise NotNow("{person} is in the directory already; choose another id", person=person.id)
    return False


def _prove(desk: Desk, about: str, answers: Answers) -> bool:
    """Enter a training, a refresher or an assessment with the days it holds."""
    person = directory.get(about)
    passed, until = (date.fromisoformat(said(answers, name)) for name in ("passed_on", "valid_until"))
    try:
        record = Record(Proof(said(answers, "proof")), said(answers, "what"), passed, until)
    except ValueError as error:
        raise NotNow.like(error) from error
    if record in person.records:
        return False
    directory.put(replace(person, records=(*person.records, record)))
    return True


def _lapse(desk: Desk, about: str, answers: Answers) -> bool:
    """Note the day from which somebody acts no more."""
    person, day = directory.get(about), date.fromisoformat(said(answers, "day"))
    if person.retired_on == day:
        return False
    directory.put(replace(person, retired_on=day))
    return True


def _amend(desk: Desk, about: str, answers: Answers) -> bool:
    """Change what somebody takes on; what is left out stays as it is."""
    person, changes = directory.get(about), dict[str, Any]()
    for name in ("languages", "specialities"):
        if name in answers:
            changes[name] = _many(answers, name)
    if "modes" in answers:
        changes["modes"] = tuple(Mode(mode) for mode in _many(answers, "modes"))
    if "capacity" in answers:
        changes["capacity"] = int(said(answers, "capacity"))
    return _put(person, replace(person, **changes))


def _conflict(desk: Desk, about: str, answers: Answers) -> bool:
    """Note a lender with whom somebody has or had to do: he gets none of its cases any more."""
    person, lender = directory.get(about), said(answers, "lender")
    lenders.get(lender)
    conflicts = tuple(dict.fromkeys((*person.conflicts, lender)))
    return _put(person, replace(person, conflicts=conflicts))


def _away(desk: Desk, about: str, answers: Answers) -> bool:
    """Note an absence, its first and last day included: nobody is assigned to him by itself meanwhile."""
    person = directory.get(about)
    first, last = (date.fromisoformat(said(answers, name)) for name in ("first_day", "last_day"))
    if last < first:
        raise NotNow("the last day, {last}, comes before the first, {first}", last=last, first=first)
    away = tuple(sorted({*person.away, (first, last)}))
    return _put(person, replace(person, away=away))


def _back(desk: Desk, about: str, answers: Answers) -> bool:
    person, period = directory.get(about), said(answers, "period")
    left = tuple(each for each in person.away if _period(each) != period)
    return _put(person, replace(person, away=left))


def _absences(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    ahead = [each for each in directory.get(about).away if each[1] >= now.date()]
    return {"period": {_period(each): _reads(each, language) for each in ahead}}


def _reads(away: tuple[date, date], language: str) -> str:
    return " – ".join(format_date(day, language) for day in away)


def _period(away: tuple[date, date]) -> str:
    return f"{away[0]}~{away[1]}"


def _put(before: Professional, after: Professional) -> bool:
    if after == before:
        return False
    directory.put(after)
    return True


def _capacity(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 200):
        raise Fault("invalid")
    return text


_ENTERED = frozenset({"entered"})
_MODES, _REASONS = (tuple(one.value for one in each) for each in (Mode, DelayReason))

DIRECTORY_ACTS = (
    Act(
        name="enter_person",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_enter,
        statuses=frozenset({"new"}),
        fields=(
            Line("id", 80, check=_plain_id),
            Choice("profession", tuple(one.value for one in Profession)),
            *(Line(f"{name}_{language}", 200) for name in _TEXTS for language in LANGUAGES),
            Choices("languages", LANGUAGES, least=1),
            Choices("modes", tuple(mode.value for mode in Mode), least=1),
        ),
    ),
    Act(
        name="prove",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_prove,
        statuses=frozenset({"entered"}),
        fields=(
            Choice("proof", tuple(one.value for one in Proof)),
            Line("what", 200),
            Day("passed_on", last=0),
            Day("valid_until"),
        ),
    ),
    Act(
        name="amend_person",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_amend,
        statuses=_ENTERED,
        fields=(
            Choices("languages", LANGUAGES),
            Choices("modes", _MODES),
            Choices("specialities", _REASONS, most=len(_REASONS)),
            Line("capacity", 3, required=False, check=_capacity, inputmode="numeric"),
        ),
    ),
    Act(
        name="declare_conflict",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_conflict,
        statuses=_ENTERED,
        fields=(Line("lender", 80, check=_plain_id),),
    ),
    Act(
        name="away",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_away,
        statuses=_ENTERED,
        fields=(Day("first_day"), Day("last_day", first=0)),
    ),
    Act(
        name="back",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_back,
        statuses=_ENTERED,
        fields=(Choice("period"),),
        offered=_absences,
    ),
    Act(
        name="lapse",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_lapse,
        statuses=frozenset({"entered"}),
        fields=(Day("day"),),
    ),
)
