"""Who helps: the mediators, legal advisers and experts who may act today, for anyone to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalice import Blueprint, Response

from chalicelib.api import views
from chalicelib.api.introduced import introduced
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit, Who, visited
from chalicelib.domain.directory import Profession, Professional, unfit

people = Blueprint(__name__)

MOST = 15
"""On one page, which stays light by it."""


@people.route("/open/people", methods=["GET"])
@visited(people, Who.ANYONE)
def every_one(visit: Visit) -> Response:
    """List who may act today, by profession and name; the retired and the lapsed are left out."""
    from chalicelib.store import directory

    today, _ = views.today_and_currency(visit)
    acting = [each for each in directory.every() if not unfit(each, today)]
    order = list(Profession)
    listed = sorted(acting, key=lambda each: (order.index(each.profession), each.id))
    first = _first(visit.query.get("from", ""), len(listed))
    shown, more = listed[first : first + MOST], first + MOST
    return visit.page("people", groups=_groups(visit, shown), more=more if more < len(listed) else 0)


def _first(asked: str, most: int) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked[:6]) < most else 0


def _groups(visit: Visit, shown: Iterable[Professional]) -> list[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for person in shown:
        found.setdefault(person.profession.value, []).append(_shown(visit, person))
    return list(found.items())


def _shown(visit: Visit, person: Professional) -> dict[str, Any]:
    """Return what is told of somebody; a code that the words do not know is left out."""
    words, comma = words_of("people", visit.language), words_of("common", visit.language)["comma"]
    tongues = dict.fromkeys(words["languages"].get(each.split("-")[0], each) for each in person.languages)
    known = [words["specialities"][each] for each in person.specialities if each in words["specialities"]]
    return {
        **introduced(person, visit.language),
        "languages": comma.join(tongues),
        "knows": comma.join(known),
    }
