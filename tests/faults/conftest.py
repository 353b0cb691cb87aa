"""One world for all tests of a module; every scenario winds it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.faults.plane import installed
from tests.faults.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with mock_aws():
        made = World()
        with installed(made.plane):
            yield made
