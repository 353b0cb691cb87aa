"""The acts on the directory: who is entered, what he has proved and until when, and who has left."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from chalicelib.domain.codes import Mode
from chalicelib.domain.directory import Profession, Professional, Proof, Record
from chalicelib.domain.errors import NotFound, NotNow
from chalicelib.domain.local_form import LANGUAGES
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Choice, Choices, Day, Fault, Line
from chalicelib.staff.act import Act, On
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.store import directory

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
        raise NotNow(f"{person.id} is in the directory already; choose another id")
    return False


def _prove(desk: Desk, about: str, answers: Answers) -> bool:
    """Enter a training, a refresher or an assessment with the days it holds."""
    person = directory.get(about)
    passed, until = (date.fromisoformat(said(answers, name)) for name in ("passed_on", "valid_until"))
    try:
        record = Record(Proof(said(answers, "proof")), said(answers, "what"), passed, until)
    except ValueError as error:
        raise NotNow(str(error)) from error
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
        name="lapse",
        on=On.PERSON,
        permission=Permission.DIRECTORY,
        run=_lapse,
        statuses=frozenset({"entered"}),
        fields=(Day("day"),),
    ),
)
