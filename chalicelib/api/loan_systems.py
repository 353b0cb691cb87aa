"""The loan systems' door: events in, and what became of them."""

from __future__ import annotations

import json
from typing import Any

from chalice import Blueprint, Response

from chalicelib.api.problems import as_problems, problem
from chalicelib.api.request import raw_bytes
from chalicelib.domain.case import Case
from chalicelib.domain.errors import EventConflict
from chalicelib.domain.moments import stamp
from chalicelib.telemetry import Metric
from chalicelib.wiring import wired

loan_systems = Blueprint(__name__)

_MAX_BYTES = 65_536
_TYPES = ["application/cloudevents+json", "application/json"]


@loan_systems.route("/v1/events", methods=["POST"], content_types=_TYPES)
@as_problems
def take_event() -> Response:
    """Take a signed event in: 202 with its reference once it is stored and queued."""
    request = loan_systems.current_request
    body = raw_bytes(request)
    if len(body) > _MAX_BYTES:
        return problem(413, "too-large", "The event is too large", f"Send at most {_MAX_BYTES} bytes.")
    wiring = wired()
    moments = [clock() for clock in wiring.sender_clocks]
    try:
        taken = wiring.intake.take(request.headers, body, wiring.clock(), moments)
    except EventConflict as error:
        wiring.telemetry.count(Metric.EVENT_CONFLICT)
        wiring.telemetry.problem("event conflict", error=str(error))
        raise
    wiring.telemetry.count(Metric.EVENT_TAKEN)
    wiring.telemetry.event("event taken", reference=taken.reference, lender=taken.lender, type=taken.type)
    status_url = f"{wiring.settings.public_url}/v1/events/{taken.reference}"
    answer = {"reference": taken.reference, "status_url": status_url, "received_at": stamp(taken.received_at)}
    return _json(202, answer, Location=status_url)


@loan_systems.route("/v1/events/{reference}", methods=["GET"])
@as_problems
def show_event(reference: str) -> Response:
    """Show what became of an event and the loan's case; the reference is the key, and nothing is personal."""
    from chalicelib.store import cases, events

    taken = events.get(reference)
    case = cases.latest(taken.loan_key)
    answer = {
        "reference": taken.reference,
        "id": taken.event_id,
        "type": taken.type,
        "received_at": stamp(taken.received_at),
        "case": _case(case) if isinstance(case, Case) else None,
    }
    return _json(200, answer)


def _case(case: Case) -> dict[str, Any]:
    return {
        "case_id": str(case.id),
        "status": case.status.value,
        "opened_at": stamp(case.opened_at),
        "noticed_at": stamp(case.noticed_at) if case.noticed_at else None,
        "outcome": case.outcome.value if case.outcome else None,
        "closed_at": stamp(case.closed_at) if case.closed_at else None,
        "closed_reason": case.closed_reason,
    }


def _json(status: int, body: dict[str, Any], **more: str) -> Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **more}
    return Response(json.dumps(body), headers=dict(headers), status_code=status)
