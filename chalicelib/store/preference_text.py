"""A person's preferences as the text that stands in his row, the same for the same preferences."""

from __future__ import annotations

import json

from chalicelib.domain.codes import ChannelName
from chalicelib.domain.preferences import Preferences, Span


def to_text(preferences: Preferences) -> str:
    """Return preferences as JSON; the order in which spans were named does not matter."""
    spans = sorted([sorted(span.weekdays), span.start, span.end] for span in preferences.convenient)
    channel = preferences.channel.value if preferences.channel else None
    return json.dumps({"hours": spans, "channel": channel, "language": preferences.language})


def from_text(text: str) -> Preferences:
    """Return the preferences that `to_text` wrote."""
    kept = json.loads(text)
    spans = tuple(Span(frozenset(days), start, end) for days, start, end in kept["hours"])
    return Preferences(spans, ChannelName(kept["channel"]) if kept["channel"] else None, kept["language"])
