"""Errors over HTTP as RFC 9457 problems that say what to change."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class Kind:
    """A problem type: its name, status and title, why it comes, and what its receiver changes."""

    name: str
    status: int
    title: str
    cause: str
    cure: str


SIGNATURE = Kind(
    "signature",
    401,
    "The signature is missing, wrong or stale",
    "A header is missing, the secret is another one, the body changed after signing, or a clock is off.",
    "Sign `id.timestamp.body` (Standard Webhooks) with the lender's secret; clocks may differ by 300 s.",
)
INVALID = Kind(
    "invalid-event",
    422,
    "The event breaks its contract",
    "A field is missing, unknown or of another form; `errors` names every fault by JSON Pointer.",
    "Change what `errors` names and send the event again; the same id may be used.",
)
CONFLICT = Kind(
    "event-conflict",
    409,
    "This event id was used before with another body",
    "Two events came under one `id`; the first stands, this one was not taken.",
    "Send this event under an id of its own; ids are unique per lender, for good.",
)
NOT_FOUND = Kind(
    "not-found",
    404,
    "There is nothing here",
    "No event has this reference.",
    "Use a reference from an answer to POST /v1/events.",
)
TOO_LARGE = Kind(
    "too-large",
    413,
    "The event is too large",
    "An event has more than 65,536 bytes, or a batch more than 1,048,576.",
    "Send at most {most} bytes.",
)
HANDSHAKE = Kind(
    "handshake",
    400,
    "No WebHook-Request-Origin",
    "The handshake of CloudEvents' HTTP Web Hooks does not say who asks.",
    "Name the sending host in WebHook-Request-Origin.",
)
CATALOGUE = (SIGNATURE, INVALID, CONFLICT, NOT_FOUND, TOO_LARGE, HANDSHAKE)
"""Every problem a loan system may meet."""

_OF: dict[type[AccordError], Kind] = {
    SignatureRejected: SIGNATURE,
    InvalidEvent: INVALID,
    EventConflict: CONFLICT,
    NotFound: NOT_FOUND,
}

_HEADERS = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}


KNOWN = tuple(_OF)
"""The errors that a sender is told of."""


def told(error: AccordError) -> dict[str, Any]:
    """Return the problem of one of the KNOWN errors."""
    kind = _OF[type(error)]
    detail = str(error) if kind is CONFLICT else kind.cure
    return _body(kind, detail, getattr(error, "errors", ()))


def problem(kind: Kind, **values: object) -> Response:
    """Return an RFC 9457 answer; `values` fill its cure."""
    body = _body(kind, kind.cure.format_map(values))
    return Response(json.dumps(body, ensure_ascii=False), headers=dict(_HEADERS), status_code=kind.status)


def _body(kind: Kind, detail: str, errors: Sequence[FieldError] = ()) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": _BASE + kind.name,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
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
