"""The requirement files: pinned, hashed, from no particular index, and of one mind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED, DEV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"


def requirements(path: Path) -> dict[str, tuple[str, int]]:
    """Name -> (version and marker, number of hashes)."""
    joined = path.read_text().replace("\\\n", " ")
    found = {}
    for line in joined.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = re.match(r"([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==([^\s]+(?: ; .*?)?)\s+--hash", line)
        assert match, f"not pinned: {line[:60]}"
        found[f"{match[1]} {match[2].partition(';')[2].strip()}".strip()] = (
            match[2],
            line.count("--hash=sha256:"),
        )
    return found


@pytest.mark.parametrize("path", [SHIPPED, DEV], ids=lambda path: path.name)
def test_everything_is_pinned_with_hashes(path: Path) -> None:
    assert all(hashes >= 1 for _, hashes in requirements(path).values())
    assert len(requirements(path)) > 15
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file:", path.read_text())


def test_what_is_tested_is_what_ships() -> None:
    dev = requirements(DEV)
    for name, (version, _) in requirements(SHIPPED).items():
        assert dev[name][0] == version, name


@pytest.mark.parametrize("path", [SHIPPED, DEV], ids=lambda path: path.name)
def test_every_wish_is_compiled(path: Path) -> None:
    wishes = path.with_suffix(".in").read_text()
    named = re.findall(r"^([a-zA-Z][\w.-]*)", wishes, re.M)
    known = {key.split()[0] for key in requirements(path)}
    assert {name.lower() for name in named} <= known


def test_chalice_is_a_tool_and_does_not_ship() -> None:
    """`chalice package` adds its runtime itself; as a requirement it would bring pip and setuptools along."""
    assert "chalice" not in requirements(SHIPPED)
    assert "chalice" in requirements(DEV)
