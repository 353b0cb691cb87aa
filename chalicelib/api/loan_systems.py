"""The loan systems' door: events in, in every content mode, what they would do, and what became of them."""

from __future__ import annotations

import json
from typing import Any

from chalice import Blueprint, Response

from chalicelib.api.problems import HANDSHAKE, KNOWN, TOO_LARGE, as_problems, problem, told
from chalicelib.api.request import raw_bytes
from chalicelib.domain.case import Case
from chalicelib.domain.errors import EventConflict
from chalicelib.domain.moments import stamp
from chalicelib.intake.modes import BATCH, JSON, STRUCTURED
from chalicelib.intake.take import MOST_BYTES, Received
from chalicelib.telemetry import Metric
from chalicelib.wiring import wired

loan_systems = Blueprint(__name__)

_MOST_OF_A_BATCH = 1_048_576
_TYPES = [STRUCTURED, JSON, BATCH]
_PER_MINUTE = 6000


@loan_systems.route("/v1/events", methods=["POST"], content_types=_TYPES)
@as_problems
def take_event() -> Response:
    """Take signed events in: 202 with a reference once each is stored and queued.

    Of a batch every event is answered in its place, with 207 when one was refused. What a test key signed is
    answered as by /v1/validate.
    """
    return _each(trying=False)


@loan_systems.route("/v1/validate", methods=["POST"], content_types=_TYPES)
@as_problems
def validate() -> Response:
    """Say what signed events would do: 200, or the problems they would meet; nothing is stored."""
    return _each(trying=True)


@loan_systems.route("/v1/events", methods=["OPTIONS"])
def shake_hands() -> Response:
    """Grant a sender its webhook (CloudEvents HTTP 1.1 Web Hooks, 4): who may send, the signature decides."""
    asked = loan_systems.current_request.headers.get("webhook-request-origin", "")
    if not asked:
        return problem(HANDSHAKE)
    granted: dict[str, str | list[str]] = {
        "Allow": "POST",
        "WebHook-Allowed-Origin": "*",
        "WebHook-Allowed-Rate": str(_PER_MINUTE),
    }
    return Response("", headers=granted, status_code=200)


def _each(*, trying: bool) -> Response:
    """Answer a request's events, one or a batch."""
    request, wiring = loan_systems.current_request, wired()
    body = raw_bytes(request)
    batch = request.headers.get("content-type", "").startswith(BATCH)
    most = _MOST_OF_A_BATCH if batch else MOST_BYTES
    if len(body) > most:
        return problem(TOO_LARGE, most=most)
    received = wiring.intake.receive(request.headers, body, [clock() for clock in wiring.sender_clocks])
    act = _tried if trying or received.test else _taken
    if not received.batch:
        status, answer = act(received, 0)
        return _json(status, answer, **({"Location": answer["status_url"]} if status == 202 else {}))
    answers = [_or_problem(act, received, number) for number in range(len(received.events))]
    refused = any(status >= 400 for status, _ in answers)
    good = 200 if act is _tried else 202
    return _json(207 if refused else good, {"results": [said | {"status": code} for code, said in answers]})


def _or_problem(act: Any, received: Received, number: int) -> tuple[int, dict[str, Any]]:
    try:
        found: tuple[int, dict[str, Any]] = act(received, number)
    except KNOWN as error:
        said = told(error)
        return said["status"], said
    return found


def _taken(received: Received, number: int) -> tuple[int, dict[str, Any]]:
    wiring = wired()
    try:
        taken = wiring.intake.keep(received.lender, received.events[number], wiring.clock())
    except EventConflict as error:
        wiring.telemetry.count(Metric.EVENT_CONFLICT)
        wiring.telemetry.problem("event conflict", error=str(error))
        raise
    wiring.telemetry.count(Metric.EVENT_TAKEN)
    wiring.telemetry.event("event taken", reference=taken.reference, lender=taken.lender, type=taken.type)
    status_url = f"{wiring.settings.public_url}/v1/events/{taken.reference}"
    answer = {"reference": taken.reference, "status_url": status_url, "received_at": stamp(taken.received_at)}
    return 202, answer


def _tried(received: Received, number: int) -> tuple[int, dict[str, Any]]:
    wiring = wired()
    now = wiring.clock()
    taken, event = wiring.intake.written(received.lender, received.events[number], now)
    return 200, {"id": event.id, "type": event.type} | wiring.preview(taken, event, now)


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
    return Response(json.dumps(body, ensure_ascii=False), headers=dict(headers), status_code=status)
