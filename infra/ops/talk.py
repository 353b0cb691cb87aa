"""Announces talks: `python -m infra.ops talk add docs/talk.json`, `talk list`, `talk cancel ID`."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console

from chalicelib.domain.local_form import LANGUAGES
from chalicelib.domain.moments import stamp
from chalicelib.domain.talk import Talk
from chalicelib.store import talks
from chalicelib.texts.plain import require_link
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals

app = typer.Typer(no_args_is_help=True, help="Talks anyone may join: announce, list, call off.")

_WORDS = ("title", "about", "how")
_NUMBERS = ("minutes", "seats")
_KNOWN = {*_WORDS, *_NUMBERS, "language", "starts_at", "zone", "link", "material"}


class TalkFault(Refusal):
    """The talk's file is not complete; the message says what to change."""


def read(path: Path, talk_id: str, now: datetime) -> Talk:
    """Return the talk a file announces, under the id given; raises TalkFault with every fault in it.

    `starts_at` is the clock's reading in `zone`, and must lie ahead of `now` (aware).
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TalkFault(f"{path}: {error}") from error
    if not isinstance(given, dict):
        raise TalkFault(f"{path}: it must be one JSON object")
    if faults := list(_faults(given)):
        raise TalkFault(f"{path}: " + "; ".join(faults))
    starts = _starts_at(path, given)
    if starts <= now:
        raise TalkFault(f"{path}: starts_at lies behind; announce talks to come")
    return Talk(id=talk_id, **{**given, "starts_at": starts})


def _faults(given: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with each field of a talk's file but its time."""
    yield from (f"{name} is unknown" for name in given if name not in _KNOWN)
    yield from (
        f"{name} must have a text for each of {', '.join(LANGUAGES)}"
        for name in _WORDS
        if not _is_words(given.get(name))
    )
    yield from (
        f"{name} must be a whole number above 0"
        for name in _NUMBERS
        if not isinstance(given.get(name), int) or given[name] < 1
    )
    if given.get("language") not in LANGUAGES:
        yield f"language must be one of {', '.join(LANGUAGES)}"
    for name in ("link", "material"):
        try:
            require_link(given.get(name, ""))
        except ValueError as error:
            yield f"{name}: {error}"


def _is_words(value: object) -> bool:
    return isinstance(value, dict) and set(value) == set(LANGUAGES) and all(value.values())


def _starts_at(path: Path, given: dict[str, Any]) -> datetime:
    try:
        local = datetime.fromisoformat(given["starts_at"])
        zone = ZoneInfo(given["zone"])
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise TalkFault(f"{path}: starts_at must read 2026-12-12T15:00, zone name a time zone") from error
    if local.tzinfo is not None:
        raise TalkFault(f"{path}: starts_at must be the clock's reading in its zone, without an offset")
    return local.replace(tzinfo=zone).astimezone(UTC)


@app.callback()
def talk() -> None:
    """Talks anyone may join: announce, list, call off."""


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="What the talk is: see docs/talk.json.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Announce a talk; prints the id that its page and `talk cancel` know it by."""
    with refusals(as_json=as_json):
        talk_id = base64.b32encode(secrets.token_bytes(5)).decode().lower()
        given = read(file, talk_id, datetime.now(UTC))
        Stage(stage, endpoint_url)
        talks.put(given)
        answer(
            {"ok": True} | _told(given), lambda console: _say(console, given, "announced"), as_json=as_json
        )


@app.command("list")
def list_all(stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False) -> None:
    """List every talk with the seats taken, the earliest first."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        found = talks.every()

        def show(console: Console) -> None:
            for each in found:
                _say(console, each, "called off" if each.cancelled else "on")

        answer({"ok": True, "talks": [_told(each) for each in found]}, show, as_json=as_json)


@app.command()
def cancel(
    talk_id: Annotated[str, typer.Argument(help="The talk's id, as `talk list` shows it.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Call a talk off: its page and its calendar file say so."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        found = talks.cancel(talk_id)
        answer(
            {"ok": True} | _told(found), lambda console: _say(console, found, "called off"), as_json=as_json
        )


def _told(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.id,
        "title": dict(talk.title),
        "starts_at": stamp(talk.starts_at),
        "seats": talk.seats,
        "taken": talk.taken,
        "cancelled": talk.cancelled,
    }


def _say(console: Console, talk: Talk, state: str) -> None:
    taken = f"{talk.taken} of {talk.seats} seats taken"
    console.print(f"{talk.id}  {stamp(talk.starts_at)}  {talk.title['en']}  ({state}; {taken})")
