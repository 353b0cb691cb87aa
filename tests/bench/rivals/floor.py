"""The rival that does nothing: what the bootstrap itself costs."""

from __future__ import annotations


def http(event: object, context: object) -> dict[str, int]:
    """Answer as if something had been taken in."""
    return {"statusCode": 202}
