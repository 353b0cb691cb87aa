"""Somebody of the directory as he is introduced to the public: who he is and what he has learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.api.visit import Visit
from chalicelib.domain.case import Case
from chalicelib.domain.errors import NotFound
from chalicelib.domain.mediation import REPLACEABLE
from chalicelib.texts.plain import plain

if TYPE_CHECKING:
    from chalicelib.domain.directory import Professional

Introduced = dict[str, str]


def mediator_of(visit: Visit, case: Case) -> Introduced | None:
    """Return who mediates an open case, from the moment he is assigned; None before.

    `object` holds the way to object to him while that is possible.
    """
    if case.mediator is None or not case.is_open:
        return None
    found = named(visit, case.mediator)
    return found | {"object": "/my/form/object" if case.status in REPLACEABLE else ""}


def named(visit: Visit, who: str) -> Introduced:
    """Return somebody by his id; who has left the directory is still called by it."""
    from chalicelib.store import directory

    try:
        return introduced(directory.get(who), visit.language)
    except NotFound:
        return {"id": who, "name": who, "organisation": "", "qualifications": ""}


def introduced(person: Professional, language: str) -> Introduced:
    """Return what may be told of somebody to anybody: nothing by which he could be reached."""
    names = ("name", "organisation", "qualifications")
    return {"id": person.id} | {name: plain(_said(getattr(person, name), language)) for name in names}


def _said(words: Mapping[str, str], language: str) -> str:
    """Return words in a language, or in another rather than none."""
    return words.get(language) or next(iter(words.values()), "")
