"""One stack for all end-to-end tests of a worker."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from tests.end_to_end.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The product, running; stopped when the session ends."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def loan(stack: Stack) -> str:
    """A loan nobody knows yet, at an hour when notices may leave for long enough."""
    hour = stack.now().astimezone(ZoneInfo("Asia/Shanghai")).hour
    if not 9 <= hour < 17:
        stack.advance(f"PT{(24 + 9 - hour) % 24}H")
    return f"LN-{uuid.uuid4().hex[:10]}"
