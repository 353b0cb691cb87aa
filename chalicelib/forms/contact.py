"""How and when somebody wants to be contacted: the pages that ask, and what their answers mean (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.domain.codes import ChannelName
from chalicelib.domain.preferences import Preferences, Span
from chalicelib.forms.fields import Choice, Choices, Value
from chalicelib.forms.journey import Answers, Page

ANY = "ANY"
"""The answer of somebody to whom every channel is the same."""
LANGUAGES = ("zh-CN", "en")
DAYS: Mapping[str, frozenset[int]] = {
    "WEEKDAYS": frozenset(range(5)),
    "SATURDAY": frozenset({5}),
    "SUNDAY": frozenset({6}),
}
PARTS: Mapping[str, tuple[int, int]] = {
    "MORNING": (8 * 60, 12 * 60),
    "NOON": (12 * 60, 14 * 60),
    "AFTERNOON": (14 * 60, 18 * 60),
    "EVENING": (18 * 60, 21 * 60),
}
"""From when to when (minutes after midnight) each part of a day lasts (*policy*)."""
_WEEK, _DAY = frozenset(range(7)), (0, 24 * 60)

PAGES = (
    Page("channel", (Choice("channel", required=False),)),
    Page("hours", (Choices("days", tuple(DAYS)), Choices("parts", tuple(PARTS)))),
    Page("language", (Choice("language", LANGUAGES, required=False),)),
)
"""The channels offered are those over which the case can reach its borrower; only the moment knows them."""


def with_answers(preferences: Preferences, answers: Answers) -> Preferences:
    """Return the preferences with what was answered; what was not asked or left out stays as it is.

    Empty `days` and `parts`, both given, say that every hour suits.
    """
    if channel := answers.get("channel"):
        chosen = None if channel == ANY else ChannelName(str(channel))
        preferences = replace(preferences, channel=chosen)
    if language := answers.get("language"):
        preferences = replace(preferences, language=str(language))
    if "days" in answers or "parts" in answers:
        spans = _spans(_codes(answers.get("days")), _codes(answers.get("parts")))
        preferences = replace(preferences, convenient=spans)
    return preferences


def answers_of(preferences: Preferences) -> dict[str, Value]:
    """Return the answers that say what somebody asked for, as a form shows them again."""
    spans = preferences.convenient
    answers: dict[str, Value] = {
        "channel": preferences.channel.value if preferences.channel else ANY,
        "days": [code for code, days in DAYS.items() if any(days <= span.weekdays for span in spans)],
        "parts": [code for code, part in PARTS.items() if any(_holds(span, part) for span in spans)],
    }
    return answers | ({"language": preferences.language} if preferences.language else {})


def _spans(days: Sequence[str], parts: Sequence[str]) -> tuple[Span, ...]:
    """Return the hours meant; no days are all days, no parts the whole day, neither is no wish at all."""
    if not days and not parts:
        return ()
    weekdays = frozenset().union(*(DAYS[code] for code in days)) or _WEEK
    joined: list[tuple[int, int]] = []
    for start, end in [PARTS[code] for code in PARTS if code in parts] or [_DAY]:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(Span(weekdays, start, end) for start, end in joined)


def _holds(span: Span, part: tuple[int, int]) -> bool:
    return span.start <= part[0] and part[1] <= span.end


def _codes(value: Value | None) -> Sequence[str]:
    return value if isinstance(value, list) else ()
