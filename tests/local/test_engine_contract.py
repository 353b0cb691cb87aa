"""Each point of the pinned engine that the runner leans on, held one by one."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.local.engine_probe import CHECKS

pytestmark = pytest.mark.xdist_group("local-engine")
NAMES = [(phase, each.__name__) for phase, checks in CHECKS.items() for each in checks]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Probe the engine once, and once more on what the first run has saved."""
    folder = tmp_path_factory.mktemp("engine")
    return {phase: _probe(folder, phase) for phase in ("first", "second")}


def _probe(folder: Path, phase: str) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.local.engine_probe", str(folder), phase]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_is_the_engine_these_points_were_tried_on() -> None:
    assert version("ministack") == "1.5.33"


@pytest.mark.parametrize(("phase", "name"), NAMES)
def test_engine(findings: dict[str, dict[str, str]], phase: str, name: str) -> None:
    assert findings[phase][name] == "held"
