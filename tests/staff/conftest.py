"""The scene these tests play on."""

from tests.scene import counted, deployment, scene

__all__ = ["counted", "deployment", "scene"]
