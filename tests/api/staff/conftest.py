"""The scene these tests play on, and the members of the office at their browsers."""

from tests.scene import counted, deployment, scene

__all__ = ["counted", "deployment", "scene"]
