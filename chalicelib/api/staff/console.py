"""The console's own Chalice app behind one resource of the API, and the way a request finds its route."""

from __future__ import annotations

import re
from typing import Any

from chalice import Chalice

from chalicelib.api.guard import guard
from chalicelib.api.staff.acts import acts
from chalicelib.api.staff.approvals import approvals
from chalicelib.api.staff.cases import cases
from chalicelib.api.staff.complaints import complaints
from chalicelib.api.staff.documents import documents
from chalicelib.api.staff.people import people
from chalicelib.api.staff.records import records
from chalicelib.api.staff.sign_in import sign_in
from chalicelib.api.staff.worklist import worklist

ROOT = "/staff"
NOWHERE = f"{ROOT}/nowhere"

console = Chalice(app_name="accord-staff", configure_logs=False)
console.api.binary_types = [*console.api.binary_types, "application/pdf"]
for _blueprint in (sign_in, worklist, cases, documents, complaints, acts, approvals, people, records):
    console.register_blueprint(_blueprint)
console.register_middleware(guard, "http")


def serve(event: dict[str, Any], context: Any) -> Any:
    """Answer what API Gateway passed on: everything below /staff comes by one greedy resource."""
    rest = (event.get("pathParameters") or {}).get("proxy", "").strip("/")
    route, found = _route(f"{ROOT}/{rest}" if rest else ROOT)
    about = {**event["requestContext"], "resourcePath": route}
    return console({**event, "requestContext": about, "pathParameters": found}, context)


def _route(path: str) -> tuple[str, dict[str, str] | None]:
    for route in console.routes:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route))
        if found := re.fullmatch(pattern, path):
            return route, found.groupdict() or None
    return NOWHERE, None
