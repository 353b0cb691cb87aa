"""A profile whose first notice tries the lender's app before a call; no shipped profile does so yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chalicelib import profiles
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.profile import Profile

_shipped = profiles.versions


def versions(jurisdiction: str) -> tuple[Profile, ...]:
    """Return a jurisdiction's profiles with the app as the first fallback of the first notice."""
    return tuple(_with_app(profile) for profile in _shipped(jurisdiction))


def _with_app(profile: Profile) -> Profile:
    first, *others = profile.steps
    first = replace(first, fallback=(ChannelName.IN_APP, *first.fallback))
    return replace(profile, steps=(first, *others))


@contextmanager
def used() -> Iterator[None]:
    """Let cases follow this profile until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "versions", versions)
        yield
