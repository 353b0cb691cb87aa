"""Shortcuts of the in-memory engine that change no answer of it: they take a third off the whole suite."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader
from moto.core.serialize import BaseJSONSerializer, ResponseSerializer
from moto.dynamodb.models.table import Table

_SCALARS = {"S", "N", "BOOL", "NULL"}
_load_file = JSONFileLoader.load_file
_search = ResponseSerializer.get_value
_query_all = Table.query
_serialize_structure = BaseJSONSerializer._serialize_type_structure


def quicken() -> None:
    """Put the shortcuts in place, once, for the whole process."""
    shortcuts: tuple[tuple[type, str, Any], ...] = (
        (JSONFileLoader, "load_file", lambda self, file_path: _read_once(file_path)),
        (ResponseSerializer, "get_value", _get_value),
        (BaseJSONSerializer, "_serialize_type_structure", _structure),
        (Table, "query", _query),
    )
    for owner, name, shortcut in shortcuts:
        setattr(owner, name, shortcut)


@cache
def _read_once(path: str) -> Any:
    """Many processes in one: what describes a service is the same for all their clients."""
    return _load_file(JSONFileLoader(), path)


def _get_value(serializer: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
    """moto looks for every member under many spellings; DynamoDB's answers have but one."""
    if type(value) is dict and serializer.operation_model.service_model.service_name == "dynamodb":
        return value.get(key)
    return _search(serializer, value, key, shape)


def _structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """A scalar attribute is as it leaves already; moto asks for each of ten types."""
    if shape.name == "AttributeValue" and key and type(value) is dict and len(value) == 1:
        [(kind, held)] = value.items()
        if kind in _SCALARS and type(held) in (str, bool):
            self._default_serialize(serialized, {kind: held}, shape, key)
            return
    _serialize_structure(self, serialized, value, shape, key)


def _query(table: Table, hash_key: Any, comparison: str | None, given: Any, *rest: Any, **more: Any) -> Any:
    """moto sorts and weighs the whole table for each query; its answer is the same for the rows asked for."""
    seen = copy.copy(table)
    index = more.get("index_name") or (rest[4] if len(rest) > 4 else None)
    if index:
        every = [item for part in table.items.values() for item in part.values()]
        vars(seen)["all_items"] = lambda: every
        return _query_all(seen, hash_key, comparison, given, *rest, **more)
    own = table.items.get(hash_key, {})
    if comparison == "BEGINS_WITH":
        start = given[0].value
        own = {key: item for key, item in own.items() if key.value.startswith(start)}
    vars(seen)["items"] = {hash_key: own}
    return _query_all(seen, hash_key, comparison, given, *rest, **more)
