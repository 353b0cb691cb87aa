"""A mediation in writing, as its borrower reads it: its messages, oldest first, so many on a page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from chalice import Blueprint, Response

from chalicelib.api import introduced
from chalicelib.api.opened import Opened, open_case
from chalicelib.api.visit import Visit, Who, visited
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import FactKind
from chalicelib.domain.mediation import may_write
from chalicelib.domain.plan_stage import KEPT_TO
from chalicelib.store.facts import Fact
from chalicelib.texts.plain import plain

my_talk = Blueprint(__name__)

_MOST = 10
_ROOM = 6_000  # bytes of words on a page beside its frame; one message is shown whole, however long


@my_talk.route("/my/talk", methods=["GET"])
@visited(my_talk, Who.BORROWER)
def talk(visit: Visit) -> Response:
    """Show what was written last, or what was written before a message, and the way to write oneself."""
    opened = open_case(visit)
    every = opened.mine.of(FactKind.MESSAGE)
    end = _end(visit.query.get("before", ""), len(every))
    first = _first(every[:end])
    case, shown = opened.mine.stand.case, every[first:end]
    return visit.page(
        "written",
        said=_said(opened, shown),
        older=first,
        newest=end == len(every),
        open=may_write(case),
        over=not case.is_open or case.status in KEPT_TO,
    )


def _end(asked: str, count: int) -> int:
    """Return before which message a page ends: messages are numbered as they came, so pages stay."""
    return min(int(asked), count) if asked.isascii() and asked.isdigit() and len(asked) < 7 else count


def _first(found: Sequence[Fact]) -> int:
    """Return at which message a page begins that ends with the last of `found`."""
    first, room = len(found), _ROOM
    while first > 0 and len(found) - first < _MOST:
        room -= sum(len(f"{escape(line)}<br>".encode()) for line in _lines(found[first - 1]))
        if room < 0 and first < len(found):
            break
        first -= 1
    return first


def _said(opened: Opened, found: Sequence[Fact]) -> list[tuple[str, str, str, list[str]]]:
    """Return who wrote each message, the mediator by his name, when, and its lines."""
    by = {fact.detail["by"] for fact in found if fact.which[0] == Party.MEDIATOR}
    names = {who: introduced.named(opened.visit, who)["name"] for who in sorted(by)}
    return [
        (
            fact.which[0],
            names.get(fact.detail["by"], "") if fact.which[0] == Party.MEDIATOR else "",
            opened.moment(fact.at),
            _lines(fact),
        )
        for fact in found
    ]


def _lines(fact: Fact) -> list[str]:
    lines = (plain(line) for line in str(fact.detail["text"]).splitlines())
    return [line for line in lines if line]
