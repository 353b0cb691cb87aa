"""One stack for all end-to-end tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

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
