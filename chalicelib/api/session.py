"""A visitor's session: a signed cookie that names a verified case or a guest, and ages (pure)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId, Guest, Subject, subject

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is here since when; `seen` is the last page."""

    subject: Subject
    issued: int
    seen: int

    @property
    def case_id(self) -> CaseId:
        """The case it was verified for; raises NotFound for a guest."""
        if isinstance(self.subject, Guest):
            raise NotFound("a guest has no case")
        return self.subject

    def seal(self, key: bytes) -> str:
        """Return the cookie's value."""
        body = f"{self.subject}.{self.issued}.{self.seen}"
        return f"{body}.{_mac(key, 'session', body)}"

    def csrf(self, key: bytes) -> str:
        """Return the token that this session's forms must carry."""
        return _mac(key, "csrf", f"{self.subject}.{self.issued}")

    def grant(self, key: bytes, what: str) -> str:
        """Return what proves that this session was shown something; good for as long as it lasts."""
        return _mac(key, "grant", f"{self.subject}.{self.issued}.{what}")

    def seen_at(self, now: datetime) -> Session:
        """Return the session as of one more page."""
        return Session(self.subject, self.issued, int(now.timestamp()))


def start(who: Subject, now: datetime) -> Session:
    """Return a new session; verification always starts one (nothing before it is kept)."""
    at = int(now.timestamp())
    return Session(who, at, at)


def start_guest(randomness: Callable[[int], bytes], now: datetime) -> Session:
    """Return a session for somebody of whom nothing is known."""
    return start(Guest(base64.urlsafe_b64encode(randomness(16)).decode().rstrip("=")), now)


def open_session(value: str, key: bytes, now: datetime) -> Session | None:
    """Return the session in a cookie, or None when it is forged, idle for 30 minutes or 4 hours old."""
    body, _, mac = value.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, "session", body).encode()):
        return None
    who, issued, seen = body.split(".")
    session = Session(subject(who), int(issued), int(seen))
    at = now.timestamp()
    fresh = at - session.seen <= IDLE.total_seconds() and at - session.issued <= ABSOLUTE.total_seconds()
    return session if fresh else None


def same_csrf(given: str, expected: str) -> bool:
    """Whether a form's token is the session's, in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _mac(key: bytes, purpose: str, body: str) -> str:
    digest = hmac.new(key, f"{purpose}\0{body}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
