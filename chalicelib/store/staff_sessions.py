"""Who of the staff is signed in: a row under his id, named by his cookie's hash, so that it can be ended."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from pynamodb.exceptions import UpdateError

from chalicelib.domain.actor import Actor, Role
from chalicelib.store import keys
from chalicelib.store.staff_rows import SessionRow
from chalicelib.store.writes import lost

IDLE = timedelta(minutes=30)
"""*Policy*: without a page for so long one signs in anew (OWASP ASVS V7)."""
ABSOLUTE = timedelta(hours=8)
"""*Policy*: a working day."""
_NOTED = timedelta(minutes=1)


def begin(secret: str, actor: Actor, now: datetime) -> str:
    """Keep that somebody signed in, and return his cookie's value, which `secret` (random) is part of."""
    SessionRow(
        keys.staff_session(actor.id),
        _digest(secret),
        name=actor.name,
        roles=sorted(role.value for role in actor.roles),
        lender=actor.lender or None,
        email=actor.email or None,
        begun_at=now,
        seen_at=now,
        ttl=int((now + ABSOLUTE).timestamp()),
    ).save()
    return f"{actor.id}.{secret}"


def find(cookie: str, now: datetime) -> Actor | None:
    """Return who is signed in with a cookie (strongly consistent); None once it is over.

    The last page is noted once a minute; a session that was ended meanwhile stays ended.
    """
    who, _, secret = cookie.rpartition(".")
    try:
        row = SessionRow.get(keys.staff_session(who), _digest(secret), consistent_read=True)
    except SessionRow.DoesNotExist:
        return None
    if now - row.seen_at > IDLE or now - row.begun_at > ABSOLUTE:
        return None
    if now - row.seen_at >= _NOTED and not _note(row, now):
        return None
    roles = frozenset(Role(name) for name in row.roles)
    return Actor(who, row.name, roles, row.lender or "", row.email or "")


def end(cookie: str) -> None:
    """Sign somebody out."""
    who, _, secret = cookie.rpartition(".")
    SessionRow(keys.staff_session(who), _digest(secret)).delete()


def end_all(who: str) -> int:
    """Sign somebody out wherever he is signed in; returns where that was."""
    rows = list(SessionRow.query(keys.staff_session(who), consistent_read=True))
    for row in rows:
        row.delete()
    return len(rows)


def _note(row: SessionRow, now: datetime) -> bool:
    try:
        row.update([SessionRow.seen_at.set(now)], condition=SessionRow.pk.exists())
    except UpdateError as error:
        if lost(error):
            return False
        raise
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
