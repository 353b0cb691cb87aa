"""How the local pages show texts, moments and details."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from infra.local.table import Wait

# A link ends where ASCII does: Chinese text follows it without a space.
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+[A-Za-z0-9/=_-]")
_HOME = "Asia/Shanghai"  # where most of the seeded borrowers live
_DUE = {
    "Notify": "first notice",
    "Remind": "first reminder",
    "RemindAgain": "second reminder",
    "NoResponse": "end of the time to answer",
    "LimitPassed": "end of the mediation limit",
    "Due": "reminder of an instalment",
    "Grace": "end of the day of an instalment",
    "Breached": "end of the grace of an instalment",
    "Acknowledge": "receipt for a complaint",
    "Investigate": "limit of a complaint",
    "Extended": "limit of an extended complaint",
    "Decided": "end of the time to ask for a review",
    "Review": "limit of a complaint's review",
    "Deliver": "no receipt: next channel",
}


def linked(text: str) -> Markup:
    """Return the text with its web addresses as links that can be tapped; everything else is escaped."""
    parts, at = [], 0
    for found in _URL.finditer(text):
        parts += [escape(text[at : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def stamp(moment: datetime | None) -> str | None:
    """Return a moment as JSON shows it, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def local(moment: datetime | str | None, form: str = "%a %d %b %Y %H:%M", zone: str | None = _HOME) -> str:
    """Return a moment as a wall clock shows it in `zone`."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    return moment.astimezone(ZoneInfo(zone or _HOME)).strftime(form) if moment else "–"


def due(waits: list[Wait]) -> str:
    """Return what the next timers are for: `first reminder, 2 cases; no receipt: next channel, 1 case`."""
    names = [_DUE.get(wait.stage, wait.stage) for wait in waits]
    counts = {name: names.count(name) for name in names}
    return "; ".join(f"{name}, {n} case{'' if n == 1 else 's'}" for name, n in counts.items())


def pretty(detail: Any) -> str:
    """Return a fact's details on one line."""
    if not isinstance(detail, dict):
        return "" if detail is None else str(detail)
    return " · ".join(
        f"{name} {value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}"
        for name, value in detail.items()
        if value not in ("", None)
    )
