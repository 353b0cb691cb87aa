"""A talk anyone may join: a lecture about loans, mediation or rights, at a time, with so many seats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

Text = Mapping[str, str]
"""Words in each of the languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """`starts_at` is UTC, `zone` the one it is announced in, `language` the one it is held in.

    `how` says how to take part, `link` where, `material` where its papers are; both addresses may be empty.
    `taken` of `seats` are given away; who comes later is put on the waiting list. One `for_staff` trains the
    staff and is in no public list.
    """

    id: str
    title: Text
    about: Text
    how: Text
    language: str
    starts_at: datetime
    minutes: int
    zone: str
    seats: int
    taken: int = 0
    link: str = ""
    material: str = ""
    sequence: int = 0
    cancelled: bool = False
    for_staff: bool = False

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_full(self) -> bool:
        """Whether every seat is taken."""
        return self.taken >= self.seats

    def takes_names(self, now: datetime) -> bool:
        """Whether one may still sign up."""
        return not self.cancelled and now < self.starts_at
