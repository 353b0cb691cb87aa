"""The acts on lectures and the staff's own trainings: announced, called off, attended."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from chalicelib.domain.directory import Proof, Record
from chalicelib.domain.errors import NotFound, NotNow
from chalicelib.domain.local_form import LANGUAGES
from chalicelib.domain.permissions import Permission
from chalicelib.domain.talk import Talk
from chalicelib.forms.fields import Choice, Choices, Day, Fault, Line, Words
from chalicelib.staff.act import Act, On
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.staff.meeting_acts import local_time
from chalicelib.store import directory, talks
from chalicelib.texts.plain import require_link

ZONES = ("Asia/Shanghai", "Europe/London", "Europe/Berlin", "America/New_York")
EVERYBODY, STAFF = "EVERYBODY", "STAFF"
"""Whom a lecture is for."""
_TEXTS = ("title", "about", "how")


def _number(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise Fault("invalid")
    return text


def _link(text: str) -> str:
    try:
        return require_link(text)
    except ValueError:
        raise Fault("invalid") from None


def _announce(desk: Desk, about: str, answers: Answers) -> bool:
    """Announce a lecture; its id is its form's, so that the same form announces it once."""
    talk_id = hashlib.sha256(desk.key.encode()).hexdigest()[:8]
    try:
        talks.get(talk_id)
    except NotFound:
        talks.put(_talk(talk_id, desk, answers))
        return True
    return False


def _talk(talk_id: str, desk: Desk, answers: Answers) -> Talk:
    zone = said(answers, "zone")
    local = datetime.strptime(said(answers, "time"), "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    if local <= desk.now:
        raise NotNow("this time lies behind; announce lectures to come")
    texts = {name: {each: said(answers, f"{name}_{each}") for each in LANGUAGES} for name in _TEXTS}
    return Talk(
        id=talk_id,
        title=texts["title"],
        about=texts["about"],
        how=texts["how"],
        language=said(answers, "language"),
        starts_at=local.astimezone(UTC),
        zone=zone,
        minutes=int(said(answers, "minutes")),
        seats=int(said(answers, "seats")),
        link=said(answers, "link"),
        for_staff=said(answers, "audience") == STAFF,
    )


def _call_off(desk: Desk, about: str, answers: Answers) -> bool:
    if talks.get(about).cancelled:
        return False
    talks.cancel(about)
    return True


def _attended(desk: Desk, about: str, answers: Answers) -> bool:
    """Enter a training of the staff with those who were there, until when it holds; who has it keeps it."""
    talk, until = talks.get(about), date.fromisoformat(said(answers, "valid_until"))
    if not talk.for_staff:
        raise NotNow("this lecture is for everybody; only a training of the staff is entered for them")
    if desk.now < talk.starts_at:
        raise NotNow("this training is still to come; enter who was there once it is over")
    held = talk.starts_at.astimezone(ZoneInfo(talk.zone)).date()
    try:
        record = Record(Proof.TRAINING, talk.title[talk.language], held, until)
    except ValueError as error:
        raise NotNow.like(error) from error
    people = answers.get("people", [])
    there = [directory.get(each) for each in (people if isinstance(people, list) else [str(people)])]
    new = [person for person in there if record not in person.records]
    for person in new:
        directory.put(replace(person, records=(*person.records, record)))
    return bool(new)


def _people(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    every = directory.every()
    return {"people": {one.id: one.name[language] for one in every}}


TALK_ACTS = (
    Act(
        name="announce_talk",
        on=On.TALK,
        permission=Permission.LECTURES,
        run=_announce,
        statuses=frozenset({"new"}),
        fields=(
            *(Line(f"title_{language}", 120) for language in LANGUAGES),
            *(Words(f"{name}_{each}", 2000, required=True) for name in _TEXTS[1:] for each in LANGUAGES),
            Choice("audience", (EVERYBODY, STAFF)),
            Choice("language", LANGUAGES),
            Line("time", 16, check=local_time),
            Choice("zone", ZONES),
            Line("minutes", 4, check=_number),
            Line("seats", 6, check=_number),
            Line("link", 300, required=False, check=_link),
        ),
    ),
    Act(
        name="cancel_talk",
        on=On.TALK,
        permission=Permission.LECTURES,
        run=_call_off,
        statuses=frozenset({"on"}),
    ),
    Act(
        name="attended",
        on=On.TALK,
        permission=Permission.DIRECTORY,
        run=_attended,
        statuses=frozenset({"on"}),
        fields=(Choices("people", least=1, most=100), Day("valid_until")),
        offered=_people,
    ),
)
