"""What ships is complete: the package runs in processes that have nothing but its archives."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from typing import Any

import pytest

pytestmark = [
    pytest.mark.xdist_group("local-stock"),
    pytest.mark.skipif(
        (platform.system(), platform.machine()) != ("Linux", "x86_64"),
        reason="the archives hold Lambda's own binaries",
    ),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Carry one event through the package on the engine's own executor."""
    command = [sys.executable, "-m", "tests.local.stock_probe", str(tmp_path_factory.mktemp("stock"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_an_event_goes_the_road_of_every_channel(found: dict[str, Any]) -> None:
    assert found["answer"][0] == 202
    assert found["channels"] == ["EMAIL", "LETTER", "SMS", "VOICE"]
    assert {each["kind"] for each in found["case"]["timeline"]} >= {"SENT", "RECEIPT"}


def test_the_other_functions_miss_nothing(found: dict[str, Any]) -> None:
    assert found["others"]["Sweep"] == "null"
    for name in ("AwaitSignal", "Steer", "CloseCase"):
        # It got as far as looking for the case.
        assert "no case" in found["others"][name]
