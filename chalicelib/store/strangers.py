"""Texts of people nobody wrote to of late: kept for a person to read, in the encrypted table, for 90 days."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from chalicelib.store import keys
from chalicelib.store.rows import UnmatchedRow

_KEPT = timedelta(days=90)
_LONGEST = 2_000  # characters; the longest chain of SMS segments is shorter


def keep(provider: str, reply_id: str, phone: str, text: str, now: datetime) -> None:
    """Keep a text under its provider's id of it; the same one again replaces itself."""
    name = hashlib.sha256(f"{provider}\0{reply_id}".encode()).hexdigest()
    body = {"provider": provider, "reply_id": reply_id, "phone": phone[:32], "text": text[:_LONGEST]}
    kept = json.dumps(body, ensure_ascii=False)
    UnmatchedRow(keys.STRANGERS, name, body=kept, at=now, ttl=int((now + _KEPT).timestamp())).save()


def get(provider: str, reply_id: str) -> dict[str, str] | None:
    """Return what was kept of a text, or None (expired rows may linger; nobody acts on them)."""
    name = hashlib.sha256(f"{provider}\0{reply_id}".encode()).hexdigest()
    try:
        kept: dict[str, str] = json.loads(UnmatchedRow.get(keys.STRANGERS, name).body)
    except UnmatchedRow.DoesNotExist:
        return None
    return kept
