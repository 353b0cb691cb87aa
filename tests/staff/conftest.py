"""The scene these tests play on."""

from collections import Counter
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.scene import counted, deployment, scene

__all__ = ["counted", "deployment", "scene"]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Every call to AWS, by operation."""
    found: Counter[str] = Counter()
    call = BaseClient._make_api_call

    def counting(self: BaseClient, name: str, values: Any) -> Any:
        found[name] += 1
        return call(self, name, values)

    monkeypatch.setattr(BaseClient, "_make_api_call", counting)
    return found
