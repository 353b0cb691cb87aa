"""What a person asked for: the hours, the channel and the language in which to be contacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from chalicelib.domain.codes import ChannelName
from chalicelib.domain.windows import Window

MOST_SPANS = 14
"""Spans a person may name: two for each day of the week."""
_DAY, _HOUR = 24 * 60, 60
_WEEK = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Span:
    """Hours that suit a person: on `weekdays` (0 is Monday), from `start` to `end` (not included).

    Both are minutes after midnight on his own clock. Raises ValueError for a span that is none.
    """

    weekdays: frozenset[int]
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= _WEEK:
            raise ValueError("a span needs days of the week, 0 (Monday) to 6")
        if not 0 <= self.start < self.end <= _DAY:
            raise ValueError("a span runs forward within one day, in minutes after midnight")

    def within(self, window: Window) -> Window | None:
        """Return the part of a window that lies in this span; None when the two never meet on a clock."""
        opens = max(window.opens, _clock(self.start))
        # The end of the day is no time of day, and no window reaches it.
        closes = window.closes if self.end == _DAY else min(window.closes, _clock(self.end))
        shut = window.closed_weekdays | (_WEEK - self.weekdays)
        return Window(opens, closes, shut, window.closed_days) if opens < closes and shut < _WEEK else None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What suits a person; what he left open is empty.

    `convenient` hours: all others are inconvenient to him; none given, the law's hours alone bind.
    `channel` is tried first where a step may choose, `language` (a tag like `zh-CN`) overrides the lender's.
    Raises ValueError for more than MOST_SPANS spans.
    """

    convenient: tuple[Span, ...] = ()
    channel: ChannelName | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        if len(self.convenient) > MOST_SPANS:
            raise ValueError(f"at most {MOST_SPANS} spans of convenient hours")

    def next_convenient(self, at: datetime, window: Window, zones: Sequence[ZoneInfo]) -> datetime | None:
        """Return the first moment (UTC) from `at` on inside the window and these hours, in every zone.

        None when there is none, as for hours that all lie outside the window; without hours it is the
        window's own next moment.
        """
        if not self.convenient:
            return window.next_open(at, zones)
        parts = [part for span in self.convenient if (part := span.within(window))]
        return min((moment for part in parts if (moment := _next(part, at, zones))), default=None)

    def first(self, channels: Sequence[ChannelName]) -> tuple[ChannelName, ...]:
        """Return the channels with the preferred one, if it is among them, in front."""
        return tuple(sorted(channels, key=lambda each: each != self.channel))


def _next(window: Window, at: datetime, zones: Sequence[ZoneInfo]) -> datetime | None:
    try:
        return window.next_open(at, zones)
    except ValueError:  # never open in all zones at once: the borrower's own zone is not known
        return None


def _clock(minutes: int) -> time:
    return time(*divmod(minutes, _HOUR))
