"""How moments, days, sums and details of the record read on the console's pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.api.staff.pages import words_of
from chalicelib.domain.local_form import format_date, format_moment, format_money
from chalicelib.staff import wording

_NOISE = frozenset(
    {"digest", "pages", "sha256", "signature", "certificate", "key_sha256", "key_id", "blocks"}
)
"""What stands in a fact for programs; the evidence bundle shows all of it."""
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """Words of one reader: his language, the zone whose clock counts, the case's currency, today there."""

    language: str
    zone: ZoneInfo
    currency: str
    today: date

    def moment(self, at: datetime) -> str:
        """Return a moment by the zone's clock."""
        return format_moment(at.astimezone(self.zone), self.language)

    def day(self, day: date) -> str:
        """Return a day."""
        return format_date(day, self.language)

    def money(self, minor: int) -> str:
        """Return an amount of the case's currency."""
        return format_money(minor, self.currency, self.language)

    def detail(self, detail: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return what a fact says, name and value, without what only programs read."""
        names = words_of("codes", self.language)["details"]
        return [
            (names.get(name, name), text[:_LONGEST])
            for name, value in detail.items()
            if name not in _NOISE and (text := " · ".join(self._said(value)))
        ]

    def _said(self, value: Any) -> Iterator[str]:
        if isinstance(value, Mapping):
            for name, each in value.items():
                yield f"{name}: {', '.join(self._said(each))}"
        elif isinstance(value, list | tuple | set | frozenset):
            for each in value:
                yield from self._said(each)
        elif value is not None and value != "":
            yield self.code(str(value))

    def code(self, text: str) -> str:
        """Return how a code or a reason reads; anything else as it is."""
        return wording.read(text, self.language)
