"""The scene these tests play on."""

from tests.scene import deployment, scene

__all__ = ["deployment", "scene"]
