"""Errors over HTTP as RFC 9457 problems that say what to change."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from typing import Any

from chalice import Response

from chalicelib.domain.errors import (
    AccordError,
    EventConflict,
    FieldError,
    InvalidEvent,
    NotFound,
    SignatureRejected,
)

_BASE = "urn:accord:problem:"

# error -> (status, problem type, title)
_PROBLEMS: dict[type[AccordError], tuple[int, str, str]] = {
    SignatureRejected: (401, "signature", "The signature is missing, wrong or stale"),
    InvalidEvent: (422, "invalid-event", "The event breaks its contract"),
    EventConflict: (409, "event-conflict", "This event id was used before with another body"),
    NotFound: (404, "not-found", "There is nothing here"),
}

_ADVICE = {
    401: "Sign `id.timestamp.body` (Standard Webhooks) with the lender's secret; clocks may differ by 300 s.",
    404: "Use a reference from an answer to POST /v1/events.",
    422: "Change what `errors` names and send the event again; the same id may be used.",
}

_HEADERS = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}


KNOWN = tuple(_PROBLEMS)
"""The errors that a sender is told of."""


def told(error: AccordError) -> dict[str, Any]:
    """Return the problem of one of the KNOWN errors."""
    status, kind, title = _PROBLEMS[type(error)]
    return _body(status, kind, title, _ADVICE.get(status, str(error)), getattr(error, "errors", ()))


def problem(status: int, kind: str, title: str, detail: str, errors: Sequence[FieldError] = ()) -> Response:
    """Return an RFC 9457 answer; `errors` become {pointer, detail} members."""
    body = _body(status, kind, title, detail, errors)
    return Response(json.dumps(body, ensure_ascii=False), headers=dict(_HEADERS), status_code=status)


def _body(status: int, kind: str, title: str, detail: str, errors: Sequence[FieldError]) -> dict[str, Any]:
    body: dict[str, Any] = {"type": _BASE + kind, "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = [asdict(error) for error in errors]
    return body


def as_problems(view: Callable[..., Response]) -> Callable[..., Response]:
    """Turn the domain's errors into problems; stands right under `@route` (Chalice answers 500 otherwise)."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        try:
            return view(*args, **kwargs)
        except KNOWN as error:
            said = told(error)
            return Response(
                json.dumps(said, ensure_ascii=False), headers=dict(_HEADERS), status_code=said["status"]
            )

    return guarded
