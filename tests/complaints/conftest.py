"""One deployment for these tests, and a complaint on it."""

from __future__ import annotations

import pytest

from tests.complaints.desk import Desk
from tests.scene import Scene, deployment, scene

__all__ = ["deployment", "desk", "scene"]


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """A case with one complaint about how it is collected."""
    return Desk(scene)
