"""The directory: tens of people, each kept whole under his id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from chalicelib.domain.codes import Mode
from chalicelib.domain.directory import Profession, Professional, Proof, Record
from chalicelib.domain.errors import NotFound
from chalicelib.store import keys
from chalicelib.store.rows import CaseRow
from chalicelib.store.visitor_rows import ProfessionalRow


def put(person: Professional) -> None:
    """Enter somebody, or put his entry in place of the one before."""
    ProfessionalRow(keys.DIRECTORY, person.id, about=entry(person)).save()


def get(person_id: str) -> Professional:
    """Return somebody by his id (strongly consistent); raises NotFound when he is not in the directory."""
    try:
        row = ProfessionalRow.get(keys.DIRECTORY, person_id, consistent_read=True)
    except ProfessionalRow.DoesNotExist:
        raise NotFound(f"nobody in the directory is {person_id!r}") from None
    return _read(row)


def every() -> list[Professional]:
    """Return all, by id (strongly consistent)."""
    return [_read(row) for row in ProfessionalRow.query(keys.DIRECTORY, consistent_read=True)]


def load_of(person_id: str) -> int:
    """Return how many cases wait for somebody (eventually consistent)."""
    return CaseRow.by_turn.count(person_id)


def entry(person: Professional) -> dict[str, Any]:
    """Return somebody's entry as JSON, without his id."""
    records = [as_list(each) for each in person.records]
    away = [[first.isoformat(), last.isoformat()] for first, last in person.away]
    retired = person.retired_on.isoformat() if person.retired_on else None
    kept = asdict(person) | {"records": records, "away": away, "retired_on": retired}
    return {name: value for name, value in kept.items() if name != "id"}


def _read(row: ProfessionalRow) -> Professional:
    return parse(row.sk, row.about)


def parse(person_id: str, kept: Mapping[str, Any]) -> Professional:
    """Return somebody from his entry as JSON; raises KeyError, TypeError or ValueError when it is none."""
    retired = kept.get("retired_on")
    return Professional(
        id=person_id,
        profession=Profession(kept["profession"]),
        name=dict(kept["name"]),
        organisation=dict(kept["organisation"]),
        qualifications=dict(kept["qualifications"]),
        languages=tuple(kept["languages"]),
        modes=tuple(Mode(mode) for mode in kept["modes"]),
        specialities=tuple(kept.get("specialities", ())),
        conflicts=tuple(kept.get("conflicts", ())),
        capacity=int(kept.get("capacity", 20)),
        records=tuple(_record(*each) for each in kept.get("records", ())),
        away=tuple((_day(first), _day(last)) for first, last in kept.get("away", ())),
        retired_on=_day(retired) if retired else None,
    )


def as_list(record: Record) -> list[str]:
    """Return a training or an assessment as it stands in an entry."""
    return [record.proof.value, record.name, record.passed_on.isoformat(), record.valid_until.isoformat()]


def _record(proof: str, name: str, passed_on: str, valid_until: str) -> Record:
    return Record(Proof(proof), name, _day(passed_on), _day(valid_until))


def _day(text: str) -> date:
    return date.fromisoformat(text)
