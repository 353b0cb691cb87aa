"""Reads one object of a profile's JSON: each key is taken once, and a key nobody took is an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from enum import StrEnum
from types import TracebackType
from typing import Any, TypeVar

from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.rules import Certainty, Rule

Code = TypeVar("Code", bound=StrEnum)
Read = TypeVar("Read")


class Section:
    """An object of the JSON; leaving its `with` block raises InvalidProfile when a key was not taken.

    Every fault is an InvalidProfile naming file, version and key. `source` is "cn.json CN@1", `path` the
    way to this object, `rules` gathers the rules met so far by id; all of one jurisdiction, no id twice.
    """

    def __init__(
        self,
        data: object,
        source: str,
        path: str = "",
        jurisdiction: str = "",
        rules: dict[str, Rule] | None = None,
    ) -> None:
        self._source, self._path, self._jurisdiction = source, path, jurisdiction
        self.rules = {} if rules is None else rules
        if not isinstance(data, dict):
            raise self.fault("", "must be an object")
        self._left: dict[str, Any] = dict(data)

    def __enter__(self) -> Section:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._left:
            raise self.fault(next(iter(self._left)), "is not a key known here")

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def is_null(self, key: str) -> bool:
        """Whether a key is there and says null; it still has to be taken."""
        return self._left.get(key, self) is None

    def fault(self, key: str, says: str) -> InvalidProfile:
        """Return the error for a key of this object."""
        return InvalidProfile(f"{self._source}: {self._at(key)} {says}")

    def left(self) -> tuple[str, ...]:
        """Return the keys not taken yet."""
        return tuple(self._left)

    def take(self, key: str) -> Any:
        """Take a value of any kind."""
        if key not in self._left:
            raise self.fault(key, "is missing")
        return self._left.pop(key)

    def text(self, key: str) -> str:
        """Take a text that is not empty."""
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, "must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of at least one text, none of them twice."""
        value = self.take(key)
        if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
            raise self.fault(key, "must be a list of texts, at least one")
        if len(set(value)) != len(value):
            raise self.fault(key, "names something twice")
        return tuple(value)

    def whole(self, key: str, least: int = 1) -> int:
        """Take a whole number."""
        value = self.take(key)
        if type(value) is not int or value < least:
            raise self.fault(key, f"must be a whole number, at least {least}, not {value!r}")
        return value

    def whole_if_there(self, key: str) -> int | None:
        """Take a whole number that may be missing."""
        return self.whole(key) if key in self else None

    def flag(self, key: str) -> bool:
        """Take true or false."""
        value = self.take(key)
        if type(value) is not bool:
            raise self.fault(key, f"must be true or false, not {value!r}")
        return value

    def day(self, key: str) -> date:
        """Take a date."""
        return self._read(key, date.fromisoformat, "a date like 2026-01-31")

    def clock(self, key: str) -> time:
        """Take a time of day."""
        return self._read(key, time.fromisoformat, "a time like 08:00")

    def code(self, key: str, codes: type[Code]) -> Code:
        """Take one of a group of codes."""
        return self._read(key, codes, f"one of {', '.join(codes)}")

    def codes(self, key: str, codes: type[Code], least: int = 0) -> tuple[Code, ...]:
        """Take a list of codes of a group, at least `least` of them and none twice."""
        value = self.take(key)
        unlike = (
            not isinstance(value, list)
            or len(value) < least
            or any(each not in list(codes) for each in value)
        )
        if unlike or len(set(value)) != len(value):
            raise self.fault(
                key, f"must list {least} or more of {', '.join(codes)}, none twice; not {value!r}"
            )
        return tuple(codes(each) for each in value)

    def inner(self, key: str) -> Section:
        """Take an object."""
        return self._inside(self.take(key), key)

    def inners(self, key: str) -> tuple[Section, ...]:
        """Take a list of at least one object."""
        value = self.take(key)
        if not isinstance(value, list) or not value:
            raise self.fault(key, "must be a list of objects, at least one")
        return tuple(self._inside(each, f"{key}.{place}") for place, each in enumerate(value))

    def rule(self) -> Rule:
        """Take the rule that this object states: `rule`, `source` and `certainty`."""
        name = self.text("rule")
        if not name.startswith(f"{self._jurisdiction}."):
            raise self.fault("rule", f"must begin with {self._jurisdiction}.; it is {name!r}")
        if name in self.rules:
            raise self.fault("rule", f"{name!r} is the id of another rule too")
        self.rules[name] = Rule(name, self.text("source"), self.code("certainty", Certainty))
        return self.rules[name]

    def _read(self, key: str, reading: Callable[[str], Read], like: str) -> Read:
        value = self.take(key)
        try:
            return reading(value)
        except (TypeError, ValueError) as error:
            raise self.fault(key, f"must be {like}, not {value!r}") from error

    def _inside(self, data: object, key: str) -> Section:
        return Section(data, self._source, self._at(key), self._jurisdiction, self.rules)

    def _at(self, key: str) -> str:
        return ".".join(part for part in (self._path, key) if part)
