"""What DynamoDB bills: item sizes, write and read request units (pure).

Sizes and units as the DynamoDB developer guide states them: a write unit is 1 KB of the larger of the item
before and after, a read unit 4 KB, half of one when eventually consistent; a transaction costs twice. An
index is written only when its entry changes, in units of its own: one to put it, one to remove it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]

WRITE_BYTES, READ_BYTES = 1024, 4096
_CONTAINER_BYTES = 3


def item_bytes(item: Item | None) -> int:
    """Return the size of an item in DynamoDB's typed JSON; an absent one has none."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in (item or {}).items())


def write_units(before: Item | None, after: Item | None, *, transaction: bool = False) -> int:
    """Return the units of one write to the table; a failed condition still costs the item it looked at."""
    size = max(item_bytes(before), item_bytes(after), 1)
    return math.ceil(size / WRITE_BYTES) * (2 if transaction else 1)


def index_units(before: Item | None, after: Item | None, keys: Iterable[str]) -> int:
    """Return the units of a keys-only index whose entries hold `keys`, the first being its own hash key."""
    names = tuple(keys)
    entries = [{n: i[n] for n in names if n in i} if i and names[0] in i else None for i in (before, after)]
    if entries[0] == entries[1]:
        return 0
    return sum(write_units(entry, None) for entry in entries if entry)


def read_units(items: Iterable[Item], *, consistent: bool) -> float:
    """Return the units of one get or query; finding nothing costs as much as the smallest item."""
    size = max(sum(item_bytes(item) for item in items), 1)
    return math.ceil(size / READ_BYTES) * (1.0 if consistent else 0.5)


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return _number_bytes(held)
        case "B":
            return len(held)
        case "M":
            return _CONTAINER_BYTES + sum(len(n.encode()) + _value_bytes(v) + 1 for n, v in held.items())
        case "L":
            return _CONTAINER_BYTES + sum(_value_bytes(part) + 1 for part in held)
        case "SS":
            return sum(len(part.encode()) for part in held)
        case "NS":
            return sum(_number_bytes(part) for part in held)
        case _:  # BOOL, NULL
            return 1


def _number_bytes(number: str) -> int:
    """One byte for two significant digits, one for the rest, one more for a sign."""
    digits = number.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + number.startswith("-")
