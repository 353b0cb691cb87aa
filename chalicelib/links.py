"""Borrower links and second factors: opaque tokens, stored only as keyed hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HashKeys:
    """The keys of what is stored instead of a borrower's factor and instead of his address."""

    factor: bytes
    person: bytes


TOKEN_BYTES = 16  # 128 bits, 22 characters in a URL


def new_token(randomness: Callable[[int], bytes]) -> str:
    """Return a fresh 22-character token; `randomness(n)` gives n random bytes."""
    return base64.urlsafe_b64encode(randomness(TOKEN_BYTES)).decode().rstrip("=")


def digest(token: str, pepper: bytes) -> str:
    """Return what is stored instead of a token: its HMAC-SHA256 under the pepper, 43 characters."""
    return _mac(pepper, b"link", token.encode())


def factor_digest(factor: str, scope: str, pepper: bytes) -> str:
    """Return what is stored instead of a second factor; `scope` (the loan) keeps equal factors apart."""
    plain = unicodedata.normalize("NFKC", factor).strip().upper()  # full-width digits are digits
    return _mac(pepper, b"factor", scope.encode(), plain.encode("utf-8", "replace"))[:22]


def matches(given: str, kept: str) -> bool:
    """Whether two digests are the same, in constant time."""
    return hmac.compare_digest(given.encode(), kept.encode())


def person_key(address: str, key: bytes) -> str:
    """Return the 22-character key under which a person's contacts are counted: his phone, else his e-mail.

    The same for every lender and case, so that caps can be pooled; not to be guessed without the key.
    """
    return _mac(key, b"person", address.casefold().encode())[:22]


def address_digest(address: str, key: bytes) -> str:
    """Return the 12 characters (72 bits) by which a person's addresses are told apart, never their text."""
    return _mac(key, b"address", address.casefold().encode())[:12]


def event_reference(lender: str, event_id: str, key: bytes) -> str:
    """Return the 26-character reference of an event: the same for a repeat, not guessable without the key."""
    mac = hmac.new(key, f"{lender}\0{event_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:16]).decode().lower().rstrip("=")


def _mac(key: bytes, *parts: bytes) -> str:
    mac = hmac.new(key, b"\0".join(parts), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
