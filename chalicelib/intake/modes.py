"""CloudEvents over HTTP: structured, binary and batched content mode, each to the bytes of whole events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from json import JSONDecodeError
from urllib.parse import unquote

from chalicelib.domain.errors import FieldError, InvalidEvent
from chalicelib.intake.parse import load_object

STRUCTURED, BATCH, JSON = (
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/json",
)
MOST_EVENTS = 100
_PREFIX = "ce-"
_NAME = re.compile(r"^[a-z0-9]{1,20}$")
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def is_binary(content_type: str, headers: Mapping[str, str]) -> bool:
    """Whether the attributes come as headers (CloudEvents HTTP binding 3: the content type decides first)."""
    return content_type == JSON and "ce-specversion" in headers


def whole(headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the structured form of a binary-mode event; raises InvalidEvent.

    `headers` have lower-case names. The data stay the very text that came, so no number is rounded.
    """
    load_object(body, ("data",))
    attributes = {}
    for name, value in _attributes(headers):
        if not _NAME.match(name) or name in ("data", "datacontenttype"):
            raise InvalidEvent((FieldError(f"/{name}", f"{_PREFIX}{name} names no CloudEvents attribute"),))
        attributes[name] = unquote(value.strip(), errors="strict")
    said = json.dumps(attributes, ensure_ascii=False)
    return b'%s, "data": %s}' % (said[:-1].encode(), body.strip())


def _attributes(headers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return ((name.lower()[3:], headers[name]) for name in headers if name.lower().startswith(_PREFIX))


def each(body: bytes) -> list[bytes]:
    """Return the events of a batch, each as the text that came; raises InvalidEvent when it is none."""
    try:
        found = list(_items(body.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise _no_batch(str(error) or "nested too deeply") from None
    if not found or len(found) > MOST_EVENTS:
        raise _no_batch(f"it holds {len(found)} events; send 1 to {MOST_EVENTS}")
    return found


def _items(text: str) -> Iterable[bytes]:
    """Yield the array's items without parsing them anew: each is checked alone later."""
    at = _after_space(text, 0)
    if text[at : at + 1] != "[":
        raise JSONDecodeError("expecting '['", text, at)
    at = _after_space(text, at + 1)
    while text[at : at + 1] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield text[at:end].encode()
        at = _after_space(text, end)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
            if text[at : at + 1] == "]":
                raise JSONDecodeError("expecting an event after ','", text, at)
        elif text[at : at + 1] != "]":
            raise JSONDecodeError("expecting ',' or ']'", text, at)
    if _after_space(text, at + 1) != len(text):
        raise JSONDecodeError("extra data", text, at + 1)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _no_batch(why: str) -> InvalidEvent:
    return InvalidEvent((FieldError("", f"the body must be one JSON array of events in UTF-8: {why}"),))
