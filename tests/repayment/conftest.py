"""One deployment for these tests, and a case that keeps to a plan on it."""

from __future__ import annotations

import pytest

from tests.repayment.keeper import Keeper
from tests.scene import Scene, deployment, scene

__all__ = ["deployment", "keeper", "scene"]


@pytest.fixture
def keeper(scene: Scene) -> Keeper:
    """A case with an agreement, and a plan of three instalments of which the first falls due in ten days."""
    return Keeper(scene)
