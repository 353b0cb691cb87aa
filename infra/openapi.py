"""The OpenAPI document of the routes for machines, from the route table and the contract of an event."""

from __future__ import annotations

import re
from typing import Any

import app
from chalicelib.intake.contract import DATA
from chalicelib.intake.modes import BATCH

_SUMMARIES = {
    "take_event": "Take signed events of loans in; answered once each is stored and queued.",
    "validate": "Say what signed events would do; nothing is stored.",
    "shake_hands": "Grant a sender its webhook (CloudEvents HTTP Web Hooks).",
    "show_event": "Show what became of an event and of its loan's case.",
    "alibaba_reports": "Take an SMS provider's delivery receipts in.",
    "alibaba_replies": "Take what people sent back by SMS in.",
    "app_receipt": "Take a lender's app's receipt of an in-app message in.",
}
_ANSWERS = {
    "take_event": (200, 202, 207, 401, 409, 413, 422),
    "validate": (200, 207, 401, 409, 413, 422),
    "shake_hands": (200, 400),
    "show_event": (200, 404),
    "alibaba_reports": (200, 404, 422),
    "alibaba_replies": (200, 404, 422),
    "app_receipt": (202, 401, 404, 422),
}
_MEANING = {202: "Taken", 207: "Some events of the batch were refused: see `results`, in the batch's order"}
_SIGNED = {"take_event", "validate", "app_receipt"}
_TEXT = {"type": "string"}
_EVENT = {
    "type": "object",
    "description": "A CloudEvent 1.0 of a loan; docs/examples shows each type whole.",
    "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
    "properties": dict.fromkeys(("specversion", "id", "source", "subject", "time"), _TEXT)
    | {
        "type": {"enum": sorted(DATA)},
        "sequence": {"type": "string", "pattern": "^[0-9]{1,20}$"},
        "data": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in sorted(DATA)]},
    },
}
_APP_RECEIPT = {
    "type": "object",
    "required": ["case_id", "step", "status"],
    "properties": dict.fromkeys(("case_id", "step", "status", "message_id", "at", "reason"), _TEXT),
}
_BODIES: dict[str, Any] = {
    "take_event": _EVENT,
    "validate": _EVENT,
    "alibaba_reports": {"type": "array", "items": {"type": "object"}},
    "alibaba_replies": {"type": "array", "items": {"type": "object"}},
    "app_receipt": _APP_RECEIPT,
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
}


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the routes under /v1; KeyError: one it says nothing of."""
    paths: dict[str, Any] = {}
    for path, methods in app.app.routes.items():
        for method, entry in methods.items():
            if path.startswith("/v1/"):
                paths.setdefault(path, {})[method.lower()] = _operation(path, entry)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Accord", "version": "1", "description": "Errors are RFC 9457 problems."},
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, **_models()},
            "securitySchemes": {"signature": {"type": "apiKey", "in": "header", "name": "webhook-signature"}},
        },
    }


def _models() -> dict[str, Any]:
    """Return the schema of each type's data, by the type."""
    found: dict[str, Any] = {}
    for name, model in DATA.items():
        schema = model.model_json_schema(ref_template=f"#/components/schemas/{name}.{{model}}")
        parts = schema.pop("$defs", {})
        found |= {name: schema} | {f"{name}.{part}": one for part, one in parts.items()}
    return found


def _operation(path: str, entry: Any) -> dict[str, Any]:
    name = entry.view_function.__name__
    found: dict[str, Any] = {
        "operationId": name,
        "summary": _SUMMARIES[name],
        "parameters": [
            {"name": each, "in": "path", "required": True, "schema": _TEXT}
            for each in re.findall(r"{(\w+)}", path)
        ],
        "responses": {str(status): _answer(status) for status in _ANSWERS[name]},
    }
    if name in _BODIES:
        schema = _BODIES[name]
        content = {
            kind: {"schema": {"type": "array", "items": schema} if kind == BATCH else schema}
            for kind in entry.content_types
        }
        found["requestBody"] = {"required": True, "content": content}
    if name in _SIGNED:
        found["security"] = [{"signature": []}]
    return found


def _answer(status: int) -> dict[str, Any]:
    if status < 400:
        return {"description": _MEANING.get(status, "The answer")}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "A problem", "content": {"application/problem+json": {"schema": schema}}}
