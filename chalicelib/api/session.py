"""A verified borrower's session: a signed cookie that names a case and ages (pure)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.keys import CaseId

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is here since when; `seen` is the last page."""

    case_id: CaseId
    issued: int
    seen: int

    def seal(self, key: bytes) -> str:
        """Return the cookie's value."""
        body = f"{self.case_id}.{self.issued}.{self.seen}"
        return f"{body}.{_mac(key, 'session', body)}"

    def csrf(self, key: bytes) -> str:
        """Return the token that this session's forms must carry."""
        return _mac(key, "csrf", f"{self.case_id}.{self.issued}")

    def seen_at(self, now: datetime) -> Session:
        """Return the session as of one more page."""
        return Session(self.case_id, self.issued, int(now.timestamp()))


def start(case_id: CaseId, now: datetime) -> Session:
    """Return a new session; verification always starts one (nothing before it is kept)."""
    at = int(now.timestamp())
    return Session(case_id, at, at)


def open_session(value: str, key: bytes, now: datetime) -> Session | None:
    """Return the session in a cookie, or None when it is forged, idle for 30 minutes or 4 hours old."""
    body, _, mac = value.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, "session", body).encode()):
        return None
    case_id, issued, seen = body.split(".")
    session = Session(CaseId.parse(case_id), int(issued), int(seen))
    at = now.timestamp()
    fresh = at - session.seen <= IDLE.total_seconds() and at - session.issued <= ABSOLUTE.total_seconds()
    return session if fresh else None


def same_csrf(given: str, expected: str) -> bool:
    """Whether a form's token is the session's, in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _mac(key: bytes, purpose: str, body: str) -> str:
    digest = hmac.new(key, f"{purpose}\0{body}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
