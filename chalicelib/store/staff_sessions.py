"""Who of the staff is signed in: kept by the hash of his cookie, so that signing out ends it everywhere."""

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
_SESSION = "SESSION"


def begin(token: str, actor: Actor, now: datetime) -> None:
    """Keep that somebody signed in; `token` is his cookie's."""
    SessionRow(
        keys.staff_session(_digest(token)),
        _SESSION,
        who=actor.id,
        name=actor.name,
        roles=sorted(role.value for role in actor.roles),
        lender=actor.lender or None,
        email=actor.email or None,
        begun_at=now,
        seen_at=now,
        ttl=int((now + ABSOLUTE).timestamp()),
    ).save()


def find(token: str, now: datetime) -> Actor | None:
    """Return who is signed in with a cookie (strongly consistent); None once it is over.

    The last page is noted once a minute; a session that was ended meanwhile stays ended.
    """
    try:
        row = SessionRow.get(keys.staff_session(_digest(token)), _SESSION, consistent_read=True)
    except SessionRow.DoesNotExist:
        return None
    if now - row.seen_at > IDLE or now - row.begun_at > ABSOLUTE:
        return None
    if now - row.seen_at >= _NOTED and not _note(row, now):
        return None
    roles = frozenset(Role(name) for name in row.roles)
    return Actor(row.who, row.name, roles, row.lender or "", row.email or "")


def end(token: str) -> None:
    """Sign somebody out."""
    SessionRow(keys.staff_session(_digest(token)), _SESSION).delete()


def _note(row: SessionRow, now: datetime) -> bool:
    try:
        row.update([SessionRow.seen_at.set(now)], condition=SessionRow.pk.exists())
    except UpdateError as error:
        if lost(error):
            return False
        raise
    return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
