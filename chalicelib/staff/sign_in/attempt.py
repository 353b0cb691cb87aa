"""One attempt to sign in: what leaves for the user pool, and what has to come back (pure)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

LIFE = timedelta(minutes=10)
"""*Policy*: long enough to find one's authenticator, too short to be picked up later."""
_SCOPES = "openid email profile"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt's secrets, and `to`, the page of ours it was made for; it lives in its browser's cookie."""

    state: str
    nonce: str
    verifier: str
    begun: int
    to: str

    @property
    def challenge(self) -> str:
        """The verifier's SHA-256, which alone leaves before the code is exchanged (RFC 7636, S256)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    def address(self, login_url: str, client: str, callback: str, language: str) -> str:
        """Return the address of the user pool's sign-in page."""
        asked = {
            "response_type": "code",
            "client_id": client,
            "redirect_uri": callback,
            "scope": _SCOPES,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "lang": language,
        }
        return f"{login_url}/oauth2/authorize?{urlencode(asked)}"

    def seal(self, key: bytes) -> str:
        """Return the cookie's value."""
        to = _text(self.to.encode())
        body = f"{self.state}.{self.nonce}.{self.verifier}.{self.begun}.{to}"
        return f"{body}.{_mac(key, body)}"


def start(randomness: Callable[[int], bytes], to: str, now: datetime) -> Attempt:
    """Return a new attempt for one of our own pages."""
    state, nonce, verifier = (_text(randomness(32)) for _ in range(3))
    return Attempt(state, nonce, verifier, int(now.timestamp()), to)


def resume(value: str, key: bytes, state: str, now: datetime) -> Attempt | None:
    """Return the attempt in a cookie; None when forged, older than LIFE, or not the one `state` names."""
    body, _, mac = value.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, body).encode()):
        return None
    kept, nonce, verifier, begun, to = body.split(".")
    found = Attempt(kept, nonce, verifier, int(begun), base64.urlsafe_b64decode(to + "==").decode())
    fresh = 0 <= now.timestamp() - found.begun <= LIFE.total_seconds()
    return found if fresh and hmac.compare_digest(found.state.encode(), state.encode()) else None


def _mac(key: bytes, body: str) -> str:
    return _text(hmac.new(key, f"staff-sign-in\0{body}".encode(), hashlib.sha256).digest())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
