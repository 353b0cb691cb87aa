"""Borrower links and second factors: opaque tokens, stored only as keyed hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class HashKeys:
    """The keys of what is stored instead of a borrower's factor and instead of his address."""

    factor: bytes
    person: bytes


_CLEAR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs that are not taken for one another
ACCESS_DIGITS = 6
TOKEN_BYTES = 16  # 128 bits, 22 characters in a URL
_IN_A_TEXT = re.compile(r"(/n/)[A-Za-z0-9_-]{22}")


def new_token(randomness: Callable[[int], bytes]) -> str:
    """Return a fresh 22-character token; `randomness(n)` gives n random bytes."""
    return base64.urlsafe_b64encode(randomness(TOKEN_BYTES)).decode().rstrip("=")


def masked(text: str) -> str:
    """Return a message's text with the tokens of its links left out: whoever looks on could use them."""
    return _IN_A_TEXT.sub(r"\1…", text)


def digest(token: str, pepper: bytes) -> str:
    """Return what is stored instead of a token: its HMAC-SHA256 under the pepper, 43 characters."""
    return _mac(pepper, b"link", token.encode())


def factor_digest(factor: str, scope: str, pepper: bytes) -> str:
    """Return what is stored instead of a second factor; `scope` (the loan) keeps equal factors apart."""
    plain = unicodedata.normalize("NFKC", factor).strip().upper()  # full-width digits are digits
    return _mac(pepper, b"factor", scope.encode(), plain.encode("utf-8", "replace"))[:22]


def access_code(scope: str, step: str, pepper: bytes) -> str:
    """Return the six digits of a one-time code: derived, so that whoever sends or checks it need not keep it.

    `scope` is the case, `step` the name of the message that carries it, which no two codes share.
    """
    mac = hmac.new(pepper, b"\0".join((b"access", scope.encode(), step.encode())), hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:8], 'big') % 10**ACCESS_DIGITS:0{ACCESS_DIGITS}d}"


def digits(typed: str) -> str:
    """Return the digits of a code as it was typed: full-width ones are digits, spaces are none."""
    return "".join(each for each in unicodedata.normalize("NFKC", typed) if each in "0123456789")


def check_code(scope: str, step: str, pepper: bytes) -> str:
    """Return the code (40 bits) by which a message can be asked about: `7K4M-2Q9P`, without 0, O, 1 and I."""
    mac = hmac.new(pepper, b"\0".join((b"check", scope.encode(), step.encode())), hashlib.sha256).digest()
    code = "".join(_CLEAR[byte % len(_CLEAR)] for byte in mac[:8])
    return f"{code[:4]}-{code[4:]}"


def check_digest(code: str, day: date, pepper: bytes) -> str:
    """Return what is stored instead of a check code and the day of its message, 22 characters."""
    plain = "".join(each for each in unicodedata.normalize("NFKC", code).upper() if each.isalnum())
    return _mac(pepper, b"checked", plain.encode("utf-8", "replace"), day.isoformat().encode())[:22]


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
