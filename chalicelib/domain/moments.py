"""Moments as text: aware UTC datetimes to second precision, the one form stored and sent."""

from __future__ import annotations

from datetime import UTC, datetime

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Before anything that happens here: for what is not known to have happened later."""
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def stamp(moment: datetime) -> str:
    """Return an aware datetime as `2026-11-23T08:00:00Z`; raises ValueError when it is naive."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).strftime(_FORM)


def from_stamp(text: str) -> datetime:
    """Return the aware UTC datetime that `stamp` wrote; raises ValueError on any other form."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
