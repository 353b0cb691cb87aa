"""Raw bytes to a checked event, or every fault at once, each with its JSON Pointer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.domain.errors import FieldError, InvalidEvent
from chalicelib.intake.contract import DATA, Envelope, EventData

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoanEvent:
    """A checked event; `time` (UTC) is None and `sequence` 0 when the sender gave none."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime | None
    data: EventData
    sequence: int = 0


def parse_event(body: bytes) -> LoanEvent:
    """Return the event in a structured-mode CloudEvents body; raises InvalidEvent with every fault."""
    raw = load_object(body)
    envelope, errors = _check(Envelope, raw, ())
    model = DATA.get(str(raw.get("type")))
    if model is None and "type" in raw:
        errors.append(FieldError("/type", f"must be one of {', '.join(sorted(DATA))}"))
    data = None
    if model is not None and isinstance(raw.get("data"), dict):
        data, faults = _check(model, raw["data"], ("data",))
        errors += faults
    if errors or envelope is None or data is None:
        raise InvalidEvent(tuple(errors))
    time = envelope.time.astimezone(UTC) if envelope.time else None
    number = int(envelope.sequence or 0)
    return LoanEvent(envelope.id, envelope.source, envelope.type, envelope.subject, time, data, number)


def load_object(body: bytes, at: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the one JSON object a body is; raises InvalidEvent, naming `at` as its place in the event."""
    where = _pointer(at)
    try:
        raw = json.loads(body.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        detail = str(error) or "nested too deeply"
        raise InvalidEvent(
            (FieldError(where, f"the body must be one JSON object in UTF-8: {detail}"),)
        ) from None
    if not isinstance(raw, dict):
        raise InvalidEvent((FieldError(where, "the body must be one JSON object"),))
    return raw


def _no_duplicates(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key {key!r} occurs twice")
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _check(model: type[M], raw: dict[str, Any], at: tuple[str, ...]) -> tuple[M | None, list[FieldError]]:
    try:
        # JSON mode: strict types, yet dates may come as text. NaN and duplicates were refused above.
        return model.model_validate_json(json.dumps(raw)), []
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return None, [FieldError(_pointer((*at, *fault["loc"])), fault["msg"]) for fault in faults]


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
