"""The house's own rules, read from the source: who may import what, ask the clock, read the environment."""

from __future__ import annotations

import ast
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", sorted((ROOT / "chalicelib" / "domain").glob("*.py")), ids=_named)
def test_the_domain_knows_the_standard_library_alone(path: Path) -> None:
    foreign = {
        name
        for name in _imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("chalicelib.domain")
    }
    assert not foreign


@pytest.mark.parametrize("path", SHIPPED, ids=_named)
def test_only_wiring_asks_the_clock_and_only_settings_reads_the_environment(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if _named(path) != "chalicelib/wiring/__init__.py":
        assert not re.search(r"\b(datetime\.now|utcnow|date\.today|time\.time|uuid4|token_hex)\(", source)
    if _named(path) != "chalicelib/settings.py":
        assert not re.search(r"os\.environ|getenv", source)


@pytest.mark.parametrize("path", SHIPPED, ids=_named)
def test_every_module_says_what_it_is_in_one_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.split("\n\n")[0].count("\n") == 0


def test_app_is_a_list_of_doors() -> None:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    assert len((ROOT / "app.py").read_text().splitlines()) <= 150
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            statements = [
                line for line in node.body if not isinstance(line, ast.Expr) or line is node.body[-1]
            ]
            assert len(statements) <= 5, node.name


@pytest.mark.parametrize("door", ["connect", "connect_ex"])
def test_the_suite_cannot_reach_the_world(door: str) -> None:
    with socket.socket() as line, pytest.raises(RuntimeError, match=r"must not reach 192\.0\.2\.1"):
        getattr(line, door)(("192.0.2.1", 443))
