"""Jurisdiction profiles: dated data, read and checked once per process."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.domain.calendar import Calendar
from chalicelib.domain.calendar_data import parse_calendar
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.profile import Profile, in_force
from chalicelib.domain.profile_data import parse_file
from chalicelib.domain.rules import Scope

_HERE = Path(__file__).parent


@cache
def versions(jurisdiction: str) -> tuple[Profile, ...]:
    """Return every version of a jurisdiction's profile; raises InvalidProfile when none is kept here."""
    return parse_file(jurisdiction, _read("profile", _HERE, jurisdiction), calendar)


@cache
def calendar(name: str) -> Calendar:
    """Return a calendar of public holidays; raises InvalidProfile when none is kept here."""
    return parse_calendar(name, _read("holiday calendar", _HERE / "holidays", name))


def current(jurisdiction: str, at: datetime, scope: Scope = Scope.CREDITOR) -> Profile:
    """Return the profile in force at `at` for a scope; raises InvalidProfile when there is none."""
    return in_force((profile for profile in versions(jurisdiction) if profile.scope == scope), at)


def of_version(jurisdiction: str, version: str) -> Profile:
    """Return one version by name, for a case that follows the rules of its day."""
    for profile in versions(jurisdiction):
        if profile.version == version:
            return profile
    raise InvalidProfile(f"no profile version {version!r}")


def _read(what: str, folder: Path, name: str) -> Any:
    path = folder / f"{name.lower()}.json"
    if not (name.isascii() and name.isalpha() and path.is_file()):
        raise InvalidProfile(f"no {what} {name!r}; known are the files in {folder.name}/")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidProfile(f"{path.name}: {error}") from error
