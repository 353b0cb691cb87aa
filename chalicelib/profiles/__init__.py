"""Jurisdiction profiles: dated data, read and checked once per process."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.profile import Profile, in_force, parse_profile


@cache
def versions(jurisdiction: str) -> tuple[Profile, ...]:
    """Return every version of a jurisdiction's profile; raises InvalidProfile when none is kept here."""
    path = Path(__file__).parent / f"{jurisdiction.lower()}.json"
    if not jurisdiction.isalpha() or not path.is_file():
        raise InvalidProfile(
            f"no profile {jurisdiction!r}; known ones are the files beside {Path(__file__).name}"
        )
    data = json.loads(path.read_text(encoding="utf-8"))
    return tuple(parse_profile(jurisdiction, version) for version in data["versions"])


def current(jurisdiction: str, at: datetime) -> Profile:
    """Return the profile in force at `at`; raises InvalidProfile when there is none."""
    return in_force(versions(jurisdiction), at)


def of_version(jurisdiction: str, version: str) -> Profile:
    """Return one version by name, for a case that follows the rules of its day."""
    for profile in versions(jurisdiction):
        if profile.version == version:
            return profile
    raise InvalidProfile(f"no profile version {version!r}")
