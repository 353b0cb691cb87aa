"""How moments and dates stand in a row."""

from __future__ import annotations

from datetime import date, datetime

from pynamodb.attributes import Attribute
from pynamodb.constants import STRING

from chalicelib.domain.moments import from_stamp, stamp


class MomentAttribute(Attribute[datetime]):
    """An aware UTC datetime as `2026-11-23T08:00:00Z`."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return stamp(value)

    def deserialize(self, value: str) -> datetime:
        return from_stamp(value)


class DateAttribute(Attribute[date]):
    """A calendar date as `2026-11-23`."""

    attr_type = STRING

    def serialize(self, value: date) -> str:
        return value.isoformat()

    def deserialize(self, value: str) -> date:
        return date.fromisoformat(value)
