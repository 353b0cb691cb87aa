"""The documents are true: their links lead somewhere, their commands and settings exist."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest

from chalicelib.api.problems import CATALOGUE
from infra.resources.parameters import parameters
from infra.resources.parts import Part

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _rules() -> Part:
    """Return what each target of the Makefile runs, by name."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z]+):.*\n((?:\t.*\n)*)", text, re.MULTILINE))


@pytest.mark.parametrize("path", DOCUMENTS, ids=_named)
def test_links_between_files_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=_named)
def test_commands_name_targets_and_modules_that_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"\bmake ([a-z]+)\b", text))
    assert targets - _rules().keys() == set()
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert importlib.util.find_spec(module), module


@pytest.mark.parametrize("path", DOCUMENTS, ids=_named)
def test_files_named_in_code_quotes_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    places = re.findall(r"`((?:chalicelib|infra|tests|docs|store)/[\w./-]+)`", text)
    assert [place for place in places if not _exists(place)] == []


def _exists(place: str) -> bool:
    return (ROOT / place).exists() or (ROOT / "chalicelib" / place).exists()


def test_the_two_commands_run_what_they_say() -> None:
    """`make -n` shows what would run, with the README's own variables."""
    dry = ["make", "--dry-run", "--always-make", "PORT=8080", "FRESH=1"]
    said = subprocess.run([*dry, "run", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "-m infra.local --port 8080 --fresh" in said
    for gate in ("ruff check .", "mypy app.py chalicelib infra tests", "lint-imports", "-m pytest"):
        assert gate in said


def test_the_parameters_of_a_deployment_are_all_told() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([A-Z][A-Za-z]+)`", text))
    assert parameters("dev").keys() - {"Stage"} <= told


def test_the_cost_told_is_the_cost_asserted() -> None:
    counted = re.search(
        r"== \((\d+), (\d+), ([\d.]+)\)", (ROOT / "tests" / "bench" / "test_counts.py").read_text()
    )
    assert counted
    told = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert f"| **in all** | **{counted[1]}** | **{counted[2]}** | **{counted[3]}** |" in told


def test_the_loop_of_examples_is_one_loan() -> None:
    """A newcomer posts them one after the other: the same loan, in the order of their times."""
    events = [json.loads(path.read_text("utf-8")) for path in (ROOT / "docs" / "examples").glob("*.json")]
    assert len({event["subject"] for event in events}) == 1
    assert [event["type"] for event in sorted(events, key=lambda event: str(event["time"]))] == [
        "loan.overdue.v1",
        "loan.payment.v1",
        "loan.balance.v1",
        "loan.hold.v1",
        "borrower.contact.v1",
        "loan.settled.v1",
        "loan.reopened.v1",
    ]


def test_every_problem_has_its_cause_and_cure_told() -> None:
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    told = [line for line in text.splitlines() if re.match(r"\| \d", line)]
    assert told == [
        f"| {one.status} | `{one.name}` | {one.title} | {one.cause} | {one.cure.format(most='that many')} |"
        for one in CATALOGUE
    ]
