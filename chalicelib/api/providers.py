"""The providers' door: receipts and replies that come over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from chalice import Blueprint, Response

from chalicelib.api.problems import as_problems
from chalicelib.api.request import raw_bytes
from chalicelib.domain.errors import FieldError, InvalidEvent, NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.wiring import wired

providers = Blueprint(__name__)

_JSON = ["application/json"]
T = TypeVar("T")


@providers.route("/v1/providers/alibaba/{token}/reports", methods=["POST"], content_types=_JSON)
@as_problems
def alibaba_reports(token: str) -> Response:
    """Take Alibaba Cloud's receipts (SmsReport) in: answered once they are queued."""
    from chalicelib.channels.alibaba_push import ANSWER, report_bodies

    _require(token)
    wiring = wired()
    for body in _read(report_bodies, raw_bytes(providers.current_request)):
        wiring.receipt_queue.put(body)
    return Response(ANSWER, headers={"Content-Type": "application/json"})


@providers.route("/v1/providers/alibaba/{token}/replies", methods=["POST"], content_types=_JSON)
@as_problems
def alibaba_replies(token: str) -> Response:
    """Take what people sent back (SmsUp) in; done at once, so that no number waits in a queue."""
    from chalicelib.channels.alibaba_push import ANSWER, replies

    _require(token)
    wiring = wired()
    for reply in _read(replies, raw_bytes(providers.current_request)):
        wiring.take_receipt.reply(reply)
    return Response(ANSWER, headers={"Content-Type": "application/json"})


@providers.route("/v1/providers/app/{lender}", methods=["POST"], content_types=_JSON)
@as_problems
def app_receipt(lender: str) -> Response:
    """Take a lender's app's word about an in-app message, signed with the lender's webhook secret."""
    from chalicelib.intake import signature
    from chalicelib.store import cases

    request, wiring = providers.current_request, wired()
    body = raw_bytes(request)
    try:
        secrets = wiring.lender_secrets(lender)
    except NotFound:
        secrets = ()
    signature.verify(request.headers, body, secrets, [clock() for clock in wiring.sender_clocks])
    detail = _read(_receipt, body)
    if cases.get(CaseId.parse(detail["case_id"])).lender != lender:
        raise NotFound("no such case")
    wiring.receipt_queue.put(json.dumps({"source": "accord.in_app", "detail": detail}, ensure_ascii=False))
    return Response("", status_code=202, headers={"Cache-Control": "no-store"})


def _receipt(body: bytes) -> dict[str, str]:
    """Return the fields of an app's receipt and no others."""
    given = json.loads(body)
    names = ("case_id", "step", "status", "message_id", "at", "reason")
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in names[:3]):
        raise ValueError("case_id, step and status are texts")
    CaseId.parse(given["case_id"])
    return {name: str(given[name])[:200] for name in names if name in given}


def _require(token: str) -> None:
    """Raise NotFound for a URL we never gave out."""
    from chalicelib.channels.alibaba_push import token_is_valid

    wiring = wired()
    if not token_is_valid(token, [wiring.reference_key()], wiring.settings.stage):
        raise NotFound("no such door")


def _read(reader: Callable[[bytes], T], body: bytes) -> T:
    try:
        return reader(body)
    except ValueError as error:
        raise InvalidEvent((FieldError("", str(error)),)) from error
