"""The kinds of field: what was typed becomes a value, or a fault named by its code (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Protocol

from chalicelib.domain.local_form import format_number, minor_units

Value = str | int | list[str]
"""What an answer is kept as; an answer that was left out is not kept at all."""
Typed = Mapping[str, Sequence[str]]
"""A form as it came: every value of every name."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the questions rest on: the reader's own day and the case's currency.

    `offers` are codes that only the moment knows (free hours, say) with how each reads, by field.
    """

    today: date
    currency: str = "CNY"
    offers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Fault(Exception):
    """What is wrong with one field: a code that the words of its page know."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Field(Protocol):
    """One thing asked. `kind` names the macro that draws it; `limits` fill its hints and faults."""

    kind: ClassVar[str]

    @property
    def name(self) -> str: ...
    @property
    def limits(self) -> Mapping[str, object]: ...
    def read(self, typed: Typed, given: Given) -> Value | None:
        """Return the value typed, None when it was left out and may be; raises Fault."""

    def typed(self, value: Value, given: Given) -> dict[str, list[str]]:
        """Return what must have been typed to give `value`: what a form shows when it is seen again."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some codes (radio buttons); no `codes`: those that the moment offers."""

    kind: ClassVar[str] = "choice"
    name: str
    codes: tuple[str, ...] = ()
    required: bool = True

    @property
    def limits(self) -> Mapping[str, object]:
        return {}

    def read(self, typed: Typed, given: Given) -> Value | None:
        """Return the code chosen."""
        code = one(typed, self.name)
        if not code:
            return _left_out(self.required)
        if code not in offered(self, given):
            raise Fault("required")
        return code

    def typed(self, value: Value, given: Given) -> dict[str, list[str]]:
        """Return the code."""
        return {self.name: [str(value)]}


@dataclass(frozen=True, slots=True)
class Choices:
    """Any of some codes (check boxes), `least` to `most`; no `codes`: those that the moment offers."""

    kind: ClassVar[str] = "choices"
    name: str
    codes: tuple[str, ...] = ()
    least: int = 0
    most: int = 20

    @property
    def limits(self) -> Mapping[str, object]:
        return {"least": self.least, "most": self.most}

    def read(self, typed: Typed, given: Given) -> Value | None:
        """Return the codes chosen, in the order in which they are offered."""
        wanted = set(typed.get(self.name, ()))
        chosen = [code for code in offered(self, given) if code in wanted]
        if len(chosen) < self.least:
            raise Fault("required")
        if len(chosen) > self.most:
            raise Fault("too_many")
        return chosen or None

    def typed(self, value: Value, given: Given) -> dict[str, list[str]]:
        """Return the codes."""
        return {self.name: list(value) if isinstance(value, list) else [str(value)]}


@dataclass(frozen=True, slots=True)
class Words:
    """Free words, at most `most` characters; line ends count once (a browser sends CR LF for one)."""

    kind: ClassVar[str] = "words"
    name: str
    most: int = 1000
    required: bool = False

    @property
    def limits(self) -> Mapping[str, object]:
        return {"limit": self.most}

    def read(self, typed: Typed, given: Given) -> Value | None:
        """Return the words without white space around them."""
        text = one(typed, self.name).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not text:
            return _left_out(self.required)
        if len(text) > self.most:
            raise Fault("too_long")
        return text

    def typed(self, value: Value, given: Given) -> dict[str, list[str]]:
        """Return the words."""
        return {self.name: [str(value)]}


def any_line(text: str) -> str:
    """Return a line as it is: the check of a Line that takes anything."""
    return text


@dataclass(frozen=True, slots=True)
class Line:
    """One short line, such as a name or a telephone number; `check` returns it in order or raises Fault."""

    kind: ClassVar[str] = "line"
    name: str
    most: int = 100
    required: bool = True
    check: Callable[[str], str] = any_line
    autocomplete: str = "off"
    inputmode: str = "text"

    @property
    def limits(self) -> Mapping[str, object]:
        return {"limit": self.most}

    def read(self, typed: Typed, given: Given) -> Value | None:
        """Return the line with every run of white space as one space."""
        text = " ".join(one(typed, self.name).split())
        if not text:
            return _left_out(self.required)
        if len(text) > self.most:
            raise Fault("too_long")
        return self.check(text)

    def typed(self, value: Value, given: Given) -> dict[str, list[str]]:
        """Return the line."""
        return {self.name: [str(value)]}


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money in the case's currency, kept in minor units; `￥１,２００.50` is read."""

    kind: ClassVar[str] = "sum"
    name: str
    required: bool = True
    least: int = 0
    most: int = 10**13

    @property
    def limits(self) -> Mapping[str, object]:
        return {}

    def read(self, typed: Typed, given: Given) -> Value | None:
        """Return minor units."""
        text = one(typed, self.name).strip()
        if not text:
            return _left_out(self.required)
        try:
            minor = minor_units(text, given.currency)
        except ValueError:
            raise Fault("invalid") from None
        if not self.least <= minor <= self.most:
            raise Fault("out_of_range")
        return minor

    def typed(self, value: Value, given: Given) -> dict[str, list[str]]:
        """Return the amount in major units."""
        return {self.name: [format_number(int(str(value)), given.currency)]}


_PARTS = ("year", "month", "day")


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day in three boxes, kept as ISO 8601; from `first` to `last` days from today."""

    kind: ClassVar[str] = "day"
    name: str
    required: bool = True
    first: int | None = None
    last: int | None = None

    @property
    def limits(self) -> Mapping[str, object]:
        return {}

    def read(self, typed: Typed, given: Given) -> Value | None:
        """Return the day."""
        parts = [_digits(one(typed, f"{self.name}-{part}")) for part in _PARTS]
        if not any(parts):
            return _left_out(self.required)
        try:
            day = date(*(int(part) for part in parts))
        except (ValueError, OverflowError):
            raise Fault("invalid") from None
        ahead = (day - given.today).days
        if self.first is not None and ahead < self.first:
            raise Fault("too_early")
        if self.last is not None and ahead > self.last:
            raise Fault("too_late")
        return day.isoformat()

    def typed(self, value: Value, given: Given) -> dict[str, list[str]]:
        """Return the three boxes."""
        parts = zip(_PARTS, str(value).split("-"), strict=True)
        return {f"{self.name}-{part}": [text.lstrip("0")] for part, text in parts}


def one(typed: Typed, name: str) -> str:
    """Return the first value of a name, empty when there is none."""
    return next(iter(typed.get(name, ())), "")


def offered(choice: Choice | Choices, given: Given) -> Sequence[str]:
    """Return the codes that may be chosen now."""
    return choice.codes or tuple(given.offers.get(choice.name, ()))


def _left_out(required: bool) -> Value | None:
    if required:
        raise Fault("required")
    return None


def _digits(text: str) -> str:
    """Return typed digits as ASCII ones; a full-width keyboard is no mistake."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))[:8]
