"""The door behind the short link: who writes, factor or code, and a way out for whoever is not meant."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.api import session as sessions
from chalicelib.api.pages import words_of
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.telemetry import Metric
from chalicelib.texts import fill

door = Blueprint(__name__)


@door.route("/n/{token}", methods=["GET", "HEAD"])
@visited(door, Who.ANYONE)
def landing(visit: Visit, token: str) -> Response:
    """Say who writes and ask for the second factor; looks nothing up, so it tells nothing about the link."""
    return _landing(visit, token, "open")


@door.route("/n/{token}", methods=["POST"], content_types=FORM)
@visited(door, Who.ANYONE)
def verify(visit: Visit, token: str) -> Response:
    """Check the second factor and start a session; the token leaves the address with the redirect."""
    from chalicelib.borrower.verify import Verify

    factor = visit.form.get("factor", "").strip()
    if not factor:
        return _landing(visit, token, "open", 400, error="empty")
    return _let_in(visit, token, "landing", Verify(visit.wiring.pepper)(token, factor, visit.wiring.clock()))


@door.route("/n/{token}/code", methods=["GET", "HEAD"])
@visited(door, Who.ANYONE)
def ask_code(visit: Visit, token: str) -> Response:
    """Ask for the one-time code; the same page for every link, whether one was sent or not."""
    return _landing(visit, token, "code")


@door.route("/n/{token}/code/send", methods=["POST"], content_types=FORM)
@visited(door, Who.ANYONE)
def send_code(visit: Visit, token: str) -> Response:
    """Set a one-time code going if that may be; the answer is the same if not."""
    from chalicelib.borrower.send_code import SendCode

    wiring = visit.wiring
    if SendCode(wiring.timers, wiring.pepper)(token, wiring.clock()):
        wiring.telemetry.count(Metric.ACCESS_CODE)
    where = f"/n/{token}/code"
    return visit.go(where, stop=stop) if (stop := _stop(visit)) else visit.go(where)


@door.route("/n/{token}/code", methods=["POST"], content_types=FORM)
@visited(door, Who.ANYONE)
def verify_code(visit: Visit, token: str) -> Response:
    """Check a one-time code and start a session."""
    from chalicelib.borrower.verify import Verify
    from chalicelib.links import ACCESS_DIGITS, digits

    code = digits(visit.form.get("code", ""))
    if len(code) != ACCESS_DIGITS:
        return _landing(visit, token, "code", 400, error="code_empty")
    return _let_in(
        visit, token, "code", Verify(visit.wiring.pepper).by_code(token, code, visit.wiring.clock())
    )


@door.route("/n/{token}/not-me", methods=["GET", "HEAD"])
@visited(door, Who.ANYONE)
def ask_not_me(visit: Visit, token: str) -> Response:
    """Explain what happens when the message reached somebody else; changes nothing."""
    return visit.page("not_me", token=token)


@door.route("/n/{token}/not-me", methods=["POST"], content_types=FORM)
@visited(door, Who.ANYONE)
def not_me(visit: Visit, token: str) -> Response:
    """Write no more to the address the link came by, or say where to turn; the same page for every link."""
    from chalicelib.borrower.not_me import NotMe

    why, wiring = visit.form.get("why", ""), visit.wiring
    if why not in ("address", "identity"):
        message = words_of("not_me", visit.language)["error"]
        return visit.page("not_me", 400, token=token, errors={"why": message})
    if why == "address" and NotMe(wiring.pepper)(token, wiring.clock()):
        wiring.telemetry.count(Metric.WRONG_PERSON)
    return visit.page("not_me_done", token=token, why=why)


def _let_in(visit: Visit, token: str, state: str, answer: object) -> Response:
    """Lead whoever is verified in with a new session; show anybody else the door again."""
    from chalicelib.borrower.verify import Gone, Locked, Verified, Wrong

    shown = "open" if state == "landing" else state
    match answer:
        case Verified(case_id, answered):
            page = "/my/contact" if _stop(visit) else "/my" if answered else "/my/info"
            return visit.go(page, sessions.start(case_id, visit.wiring.clock()))
        case Wrong(left):
            error = "wrong" if shown == "open" else "code_wrong"
            return _landing(visit, token, shown, 400, error=error, tries_left=left)
        case Locked():
            return _landing(visit, token, "locked", 429)
        case Gone():
            return _landing(visit, token, "gone", 404)
    raise AssertionError(f"not an answer: {answer!r}")


def _landing(
    visit: Visit, token: str, state: str, status: int = 200, *, error: str = "", tries_left: int = 0
) -> Response:
    messages = words_of("landing", visit.language)["errors"]
    field = "code" if state == "code" else "factor"
    errors = {field: fill(messages[error], tries_left=tries_left)} if error else {}
    return visit.page("landing", status, token=token, state=state, stop=_stop(visit), errors=errors)


def _stop(visit: Visit) -> str:
    """Return the channel an unsubscribe link wanted silenced, empty without one."""
    return (visit.query.get("stop", "") or visit.form.get("stop", ""))[:10]
