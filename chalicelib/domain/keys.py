"""Names derived from facts, so that a repeat finds what the first try made."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

_LOAN_KEY_LENGTH = 20  # 100 bits: no two loans meet


def loan_key(lender: str, loan: str) -> str:
    """Return the opaque 20-character key of a lender's loan; the loan number cannot be read from it."""
    digest = hashlib.sha256(f"{lender}\0{loan}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_LOAN_KEY_LENGTH]


@dataclass(frozen=True, slots=True)
class CaseId:
    """A case's name: the loan's key and which case of that loan it is, counted from 1."""

    loan_key: str
    generation: int

    def __str__(self) -> str:
        return f"{self.loan_key}-{self.generation}"

    @property
    def reference(self) -> str:
        """The short form a person reads out: `AC-XXXX-XXXX-1`."""
        key = self.loan_key.upper()
        return f"AC-{key[:4]}-{key[4:8]}-{self.generation}"

    @classmethod
    def parse(cls, text: str) -> CaseId:
        """Return the CaseId written by `str`; raises ValueError when `text` is none."""
        key, _, generation = text.rpartition("-")
        if len(key) != _LOAN_KEY_LENGTH or not generation.isdigit():
            raise ValueError(f"not a case id: {text!r}")
        return cls(key, int(generation))


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor who is known by nothing but his cookie: `id` is random, 22 characters."""

    id: str

    def __str__(self) -> str:
        return f"guest~{self.id}"


Subject = CaseId | Guest
"""Whose forms these are: a verified borrower's case, or a guest."""


def subject(text: str) -> Subject:
    """Return the Subject written by `str`; raises ValueError when `text` is none."""
    kind, mark, rest = text.partition("~")
    return Guest(rest) if mark and kind == "guest" else CaseId.parse(text)


def notice_id(case: CaseId, step: str, channel: str) -> str:
    """Return the id of the one notice of this case, step and channel: 24 hex characters."""
    return hashlib.sha256(f"{case}\0{step}\0{channel}".encode()).hexdigest()[:24]
