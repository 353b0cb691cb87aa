"""Every provider's words for what became of a message, in one vocabulary (statuses.json)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATUSES = ("ACCEPTED", "DELAYED", "DELIVERED", "FAILED", "COMPLAINED", "OTHER")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a provider's word says: a status of STATUSES; OTHER says nothing and is kept for the record alone.

    `dead`: the address itself is wrong, nothing more may be sent to it. `opt_out`: the person refuses this
    channel. `outcome`: how a call went (ANSWERED, PLAYED, BUSY, NO_ANSWER, …).
    """

    status: str
    dead: bool = False
    opt_out: bool = False
    outcome: str = ""


_UNKNOWN = Meaning("OTHER")


@cache
def table() -> dict[str, dict[str, Meaning]]:
    """Return the meaning of each provider's each word, read once."""
    data = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {
        provider: {word: _meaning(entry) for word, entry in words.items()} for provider, words in data.items()
    }


def knows(provider: str, word: str) -> bool:
    """Whether a provider's word is in the table."""
    return word in table().get(provider, {})


def meaning(provider: str, word: str) -> Meaning:
    """Return what a provider's word means; a word we do not know is OTHER, so that it is never lost."""
    return table().get(provider, {}).get(word, _UNKNOWN)


def _meaning(entry: dict[str, str | bool]) -> Meaning:
    return Meaning(
        status=str(entry["status"]),
        dead=bool(entry.get("dead", False)),
        opt_out=bool(entry.get("opt_out", False)),
        outcome=str(entry.get("outcome", "")),
    )
