"""One event as an iCalendar file (RFC 5545), for any calendar on any phone (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

_OCTETS = 75  # RFC 5545, 3.1: longer lines are folded
_FORM = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a calendar shows: `uid` never changes, `sequence` grows with each change (RFC 5545, 3.8.7.4).

    Moments are aware and are written in UTC, which every calendar shows in its owner's zone. Whoever looks
    over a shoulder reads the title and the place: neither may tell of a debt.
    """

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    title: str
    description: str = ""
    place: str = ""
    link: str = ""
    cancelled: bool = False


def calendar_file(event: Event, now: datetime) -> str:
    """Return the file of one event as of `now`; what is called off is published as such, under its name."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Accord//Mediation//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{now.astimezone(UTC):{_FORM}}",
        f"DTSTART:{event.starts.astimezone(UTC):{_FORM}}",
        f"DTEND:{event.ends.astimezone(UTC):{_FORM}}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        *_texts(event),
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _texts(event: Event) -> list[str]:
    texts = {"SUMMARY": event.title, "DESCRIPTION": event.description, "LOCATION": event.place}
    lines = [f"{name}:{_escaped(text)}" for name, text in texts.items() if text]
    return [*lines, f"URL:{event.link}"] if event.link else lines


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11: backslash, semicolon, comma and line end are escaped."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, never inside a character."""
    pieces, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > _OCTETS:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += width
    return "\r\n".join(pieces)
