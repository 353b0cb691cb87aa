"""One deployment for these tests, and a case on it that all four machines carry."""

from __future__ import annotations

import pytest

from tests.scene import Scene, deployment, scene
from tests.timers.play import Play

__all__ = ["deployment", "play", "scene"]


@pytest.fixture
def play(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Play:
    """A deployment on which nothing has happened yet."""
    return Play(scene)
