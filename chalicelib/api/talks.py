"""Talks and guides, for anyone: when and how to join, and what is good to know."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from chalice import Blueprint, Response

from chalicelib.api.calendar_file import Event, calendar_file
from chalicelib.api.files import CALENDAR, attachment
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit, Who, visited
from chalicelib.domain.errors import NotFound
from chalicelib.domain.local_form import format_appointment
from chalicelib.domain.talk import Talk
from chalicelib.texts import fill
from chalicelib.texts.plain import plain, require_link

talks = Blueprint(__name__)

GUIDES = ("rights", "mediation", "prepare", "plan", "fraud", "hardship")
"""Each has a file of words per language, in the order in which they are offered."""


@talks.route("/open/talks", methods=["GET"])
@visited(talks, Who.ANYONE)
def calendar(visit: Visit) -> Response:
    """List the talks ahead, the earliest first."""
    from chalicelib.store import talks as store

    now = visit.wiring.clock()
    ahead = [_shown(visit, each) for each in store.public() if now < each.ends_at]
    return visit.page("talks", talks=ahead)


@talks.route("/open/talks/{talk}", methods=["GET"])
@visited(talks, Who.ANYONE)
def one_talk(visit: Visit, talk: str) -> Response:
    """Show one talk: what about, when, how to take part."""
    from chalicelib.store import talks as store

    found = store.get_public(talk)
    root = "/my/form/sign_up" if visit.verified else "/open/form/sign_up"
    opens = found.takes_names(visit.wiring.clock())
    return visit.page("talk", talk=_shown(visit, found), sign_up=root if opens else "")


@talks.route("/open/talks/{talk}/talk.ics", methods=["GET"])
@visited(talks, Who.ANYONE)
def talk_file(visit: Visit, talk: str) -> Response:
    """Hand out a talk for somebody's own calendar."""
    from chalicelib.store import talks as store

    found = store.get_public(talk)
    event = Event(
        uid=f"talk-{found.id}@accord",
        sequence=found.sequence,
        starts=found.starts_at,
        ends=found.ends_at,
        title=_in(found.title, visit.language),
        description=_in(found.how, visit.language),
        link=require_link(found.link),
        cancelled=found.cancelled,
    )
    return attachment(visit, calendar_file(event, visit.wiring.clock()), CALENDAR, "talk.ics")


@talks.route("/open/guides", methods=["GET"])
@visited(talks, Who.ANYONE)
def guides(visit: Visit) -> Response:
    """List the guides."""
    named = [(name, words_of(f"guides/{name}", visit.language)) for name in GUIDES]
    return visit.page("guides", guides=named)


@talks.route("/open/guides/{name}", methods=["GET"])
@visited(talks, Who.ANYONE)
def one_guide(visit: Visit, name: str) -> Response:
    """Show one guide."""
    if name not in GUIDES:
        raise NotFound("no such guide")
    return visit.page("guide", t=words_of(f"guides/{name}", visit.language))


def announced(visit: Visit, talk: Talk) -> str:
    """Return a talk on one line: what about, when, and whether there is still a seat."""
    words = words_of("talks", visit.language)
    line = words["line_full"] if talk.is_full else words["line"]
    said: str = fill(line, title=_in(talk.title, visit.language), at=_at(visit, talk))
    return said


def _shown(visit: Visit, talk: Talk) -> dict[str, Any]:
    words = words_of("talks", visit.language)
    return {
        "id": talk.id,
        "title": _in(talk.title, visit.language),
        "about": _in(talk.about, visit.language),
        "how": _in(talk.how, visit.language),
        "language": words["languages"].get(talk.language, talk.language),
        "at": _at(visit, talk),
        "minutes": talk.minutes,
        "link": require_link(talk.link),
        "material": require_link(talk.material),
        "full": talk.is_full,
        "cancelled": talk.cancelled,
    }


def _at(visit: Visit, talk: Talk) -> str:
    """Return when a talk begins in the zone it is announced in, which is named."""
    zones = words_of("talks", visit.language)["zones"]
    at = format_appointment(talk.starts_at.astimezone(ZoneInfo(talk.zone)), visit.language)
    said: str = fill(words_of("talks", visit.language)["at"], at=at, zone=zones.get(talk.zone, talk.zone))
    return said


def _in(text: Any, language: str) -> str:
    return plain(text.get(language) or next(iter(text.values()), ""))
