"""The unsubscribe link of an e-mail: one click for a mail program (RFC 8058), a page for a person."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.api.request import raw_bytes
from chalicelib.api.visit import ONE_CLICK, Visit, Who, visited
from chalicelib.domain.codes import ChannelName

unsubscribing = Blueprint(__name__)


@unsubscribing.route("/n/{token}/stop", methods=["GET", "HEAD"])
@visited(unsubscribing, Who.ANYONE)
def ask_to_stop(visit: Visit, token: str) -> Response:
    """Lead whoever follows the unsubscribe link by hand to the page where he chooses; changes nothing."""
    return visit.go(f"/n/{token}", stop=ChannelName.EMAIL.value)


@unsubscribing.route("/n/{token}/stop", methods=["POST"], content_types=ONE_CLICK)
@visited(unsubscribing, Who.ANYONE, cross_site=True)
def unsubscribe(visit: Visit, token: str) -> Response:
    """Unsubscribe in one click, as a mail program does (RFC 8058): the same answer for every link."""
    from chalicelib.borrower.preferences import unsubscribe as stop

    if b"One-Click" in raw_bytes(unsubscribing.current_request):
        stop(token, visit.wiring.pepper(), visit.wiring.clock())
    return Response("", status_code=200, headers={"Cache-Control": "no-store"})
