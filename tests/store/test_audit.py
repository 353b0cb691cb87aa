"""The audit trail: lines are added, found by day and by thing, and never changed (invariant 25)."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.domain.audit import Audited, Entry
from chalicelib.store import audit

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CODE = Path(__file__).parents[2] / "chalicelib"
RECORDS = {"FactRow", "AuditRow"}
CHANGES = {"update", "delete", "batch_write"}


def _entry(minutes: int = 0, about: str = "case-1", who: str = "clerk") -> Entry:
    return Entry(NOW + timedelta(minutes=minutes), who, Audited.CASE_READ, about, {"status": "200"})


def test_lines_are_found_by_their_day_and_by_what_they_are_about_the_newest_first(table: str) -> None:
    lines = [_entry(0), _entry(1, "case-2"), _entry(2), _entry(60 * 24)]
    for number, line in enumerate(lines):
        audit.record(line, f"id-{number}")
    assert audit.on(NOW.date()) == lines[2::-1]
    assert audit.of("case-1") == [lines[3], lines[2], lines[0]]
    assert audit.on(NOW.date(), most=1) == [lines[2]]
    assert audit.of("case-3") == []


def test_invariant_25_a_line_is_never_written_over(table: str) -> None:
    audit.record(_entry(), "id")
    with pytest.raises(audit.NotRecorded):
        audit.record(_entry(who="somebody else"), "id")
    assert audit.on(NOW.date()) == [_entry()]


def test_invariant_25_nothing_in_the_product_changes_or_deletes_a_record() -> None:
    """What runs is watched too: tests/bench/record.py, at every write of a plain and of a mediated case."""
    found = [
        f"{path.relative_to(CODE)}:{node.lineno}"
        for path in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in CHANGES and _names_a_record(node.value)
    ]
    assert found == []


def _names_a_record(node: ast.expr) -> bool:
    made = node.func if isinstance(node, ast.Call) else node
    return isinstance(made, ast.Name) and made.id in RECORDS
