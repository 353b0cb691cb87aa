"""Item sizes and units by the examples of DynamoDB's rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.units import index_units, item_bytes, read_units, write_units

KEYS = ("open_day", "pk", "sk")


def item(size: int) -> dict[str, dict[str, Any]]:
    return {"pk": {"S": "x" * (size - 2)}}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "示范"}, 6),
        ({"N": "0"}, 1),
        ({"N": "12"}, 2),
        ({"N": "123"}, 3),
        ({"N": "1890000000"}, 3),
        ({"N": "-12.5"}, 4),
        ({"B": b"abc"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["SMS", "EMAIL"]}, 8),
        ({"M": {}}, 3),
        ({"M": {"ab": {"S": "cd"}}}, 3 + 2 + 2 + 1),
        ({"L": [{"S": "a"}, {"S": "b"}]}, 3 + 2 * 2),
    ],
)
def test_value_sizes(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"name": value}) == len("name") + size


@pytest.mark.parametrize(("size", "units"), [(1024, 1), (1025, 2), (4096, 4)])
def test_a_write_costs_the_larger_of_before_and_after(size: int, units: int) -> None:
    assert write_units(None, item(size)) == units
    assert write_units(item(size), None) == units
    assert write_units(item(size), item(10)) == units
    assert write_units(None, item(size), transaction=True) == 2 * units


def test_a_failed_condition_on_nothing_costs_one() -> None:
    assert write_units(None, None) == 1


@pytest.mark.parametrize(("size", "units"), [(4096, 1.0), (4097, 2.0)])
def test_a_read_costs_half_when_eventually_consistent(size: int, units: float) -> None:
    assert read_units([item(size)], consistent=True) == units
    assert read_units([item(size)], consistent=False) == units / 2
    assert read_units([item(size - 10), item(10)], consistent=True) == units


def test_reading_nothing_costs_one() -> None:
    assert read_units([], consistent=True) == 1.0


def test_a_sparse_index_costs_only_when_its_entry_changes() -> None:
    case: dict[str, dict[str, Any]] = {
        "pk": {"S": "LOAN#1"},
        "sk": {"S": "CASE"},
        "status": {"S": "RECEIVED"},
    }
    listed = case | {"open_day": {"S": "demo-bank#2026-11-23"}}
    moved = case | {"open_day": {"S": "demo-bank#2026-11-24"}}
    assert index_units(None, case, KEYS) == 0
    assert index_units(None, listed, KEYS) == 1
    assert index_units(listed, listed | {"status": {"S": "CLOSED"}}, KEYS) == 0
    assert index_units(listed, case, KEYS) == 1
    assert index_units(listed, moved, KEYS) == 2
