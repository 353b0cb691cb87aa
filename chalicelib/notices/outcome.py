"""What became of one send, for whoever asked for it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from chalicelib.channels import is_code


class Sending(StrEnum):
    """What became of one send."""

    SENT = "SENT"
    FAILED = "FAILED"
    AGAIN = "AGAIN"
    UNSURE = "UNSURE"
    LOST = "LOST"


class Outcome(NamedTuple):
    """What became of one send; `code` is the provider's when it did not take it, without personal data."""

    sending: Sending
    code: str = ""


def told(code: str) -> str:
    """Return a provider's code as it may be kept and logged: at most 64 characters, nothing personal."""
    return code if is_code(code) else "other"
