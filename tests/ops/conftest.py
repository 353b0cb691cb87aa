"""One case that has lived, for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.ops.lived import Lived, honour_digests, live


@pytest.fixture(scope="module")
def lived() -> Iterator[Lived]:
    """The case, on a moto of its own."""
    with mock_aws(), honour_digests():
        yield live()
