"""The little HTTP the runner's own pages need: requests, answers and problems over ASGI."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

_MOST_BYTES = 1_000_000
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the runner's own pages; header names are lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def is_form(self) -> bool:
        """Whether a page's button sent this, so that the answer leads back to a page."""
        return self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")

    def fields(self) -> dict[str, Any]:
        """Return the form's fields, or the JSON object; raises Problem on anything else."""
        if self.is_form:
            parsed = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
            return {name: values[-1] for name, values in parsed.items()}
        try:
            value = json.loads(self.body or b"null")
        except (ValueError, RecursionError) as error:
            raise Problem(400, "not-json", f"The body is no JSON: {error}.") from error
        if not isinstance(value, dict):
            raise Problem(422, "not-an-object", "Send a JSON object.")
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; a text is sent as UTF-8."""

    status: int = 200
    body: str | bytes = ""
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class Problem(Exception):
    """A request that cannot be served; `detail` says what to change (RFC 9457)."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail

    def answer(self) -> Answer:
        """Return the problem as an answer."""
        body = {
            "type": f"about:blank#{self.code}",
            "title": self.code.replace("-", " "),
            "status": self.status,
            "detail": self.detail,
        }
        return Answer(self.status, json.dumps(body, ensure_ascii=False), "application/problem+json")


def as_json(value: Any, status: int = 200) -> Answer:
    """Return `value` as a JSON answer."""
    return Answer(status, json.dumps(value, ensure_ascii=False, indent=1), "application/json")


def see_other(path: str) -> Answer:
    """Lead the browser back to one of our pages after a form."""
    return Answer(303, headers={"location": path})


async def read_request(scope: Any, receive: Receive) -> Request:
    """Read the whole request; raises Problem when it is larger than a megabyte."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Request(scope["method"], scope["path"], query, headers, await read_body(receive))


async def read_body(receive: Receive) -> bytes:
    """Read the whole body; raises Problem when it is larger than a megabyte."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > _MOST_BYTES:
            raise Problem(413, "too-large", "Send at most one megabyte.")
        if not message.get("more_body"):
            return bytes(body)


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Send `answer`; a HEAD request gets the headers alone."""
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    headers = {
        "content-type": answer.kind,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **answer.headers,
    }
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if head else body})
