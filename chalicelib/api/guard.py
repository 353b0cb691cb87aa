"""Headers that no answer lacks, whoever gave it: a page, a problem, or Chalice itself (405, 415, 500)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice import Response

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def guard(event: Any, answer: Callable[[Any], Response]) -> Response:
    """Add what an answer does not say itself; a Chalice middleware."""
    given = answer(event)
    named = {name.lower() for name in given.headers}
    for name, value in HEADERS.items():
        if name.lower() not in named:
            given.headers[name] = value
    return given
