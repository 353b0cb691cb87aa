"""The borrowers' pages: landing, second factor, legal information, notice, preferences."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.api import session as sessions
from chalicelib.api import views
from chalicelib.api.pages import words_of
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.codes import ChannelName
from chalicelib.texts import fill, load_words

borrowers = Blueprint(__name__)


@borrowers.route("/n/{token}", methods=["GET", "HEAD"])
@visited(borrowers, Who.ANYONE)
def landing(visit: Visit, token: str) -> Response:
    """Say who writes and ask for the second factor; looks nothing up, so it tells nothing about the link."""
    return _landing(visit, token, "open")


@borrowers.route("/n/{token}", methods=["POST"], content_types=FORM)
@visited(borrowers, Who.ANYONE)
def verify(visit: Visit, token: str) -> Response:
    """Check the second factor and start a session; the token leaves the address with the redirect."""
    from chalicelib.borrower.verify import Gone, Locked, Verified, Verify, Wrong

    factor = visit.form.get("factor", "").strip()
    if not factor:
        return _landing(visit, token, "open", 400, error="empty")
    now = visit.wiring.clock()
    match Verify(visit.wiring.pepper)(token, factor, now):
        case Verified(case_id, answered):
            first = "/my" if answered else "/my/info"
            page = "/my/preferences" if visit.form.get("stop") else first
            return visit.go(page, sessions.start(case_id, now))
        case Wrong(left):
            return _landing(visit, token, "open", 400, error="wrong", tries_left=left)
        case Locked():
            return _landing(visit, token, "locked", 429)
        case Gone():
            return _landing(visit, token, "gone", 404)


@borrowers.route("/my/info", methods=["GET"])
@visited(borrowers, Who.BORROWER)
def info(visit: Visit) -> Response:
    """Show the legal information, before anything is asked."""
    values = views.local(visit, visit.case())
    law = fill(load_words(f"{visit.case().profile.lower()}/legal.{visit.language}")["info"], **values)
    return visit.page("info", law=law)


@borrowers.route("/my/notice", methods=["GET"])
@visited(borrowers, Who.BORROWER)
def notice(visit: Visit) -> Response:
    """Show the whole notice."""
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    return visit.page(
        "notice",
        v=views.local(visit, case),
        answered_on=views.answered_on(visit, case),
    )


@borrowers.route("/my/preferences", methods=["GET"])
@visited(borrowers, Who.BORROWER)
def preferences(visit: Visit) -> Response:
    """Offer to silence a channel."""
    from chalicelib.borrower.preferences import silenced

    stopped = silenced(visit.case())
    return visit.page("preferences", stopped=stopped)


@borrowers.route("/my/preferences", methods=["POST"], content_types=FORM)
@visited(borrowers, Who.BORROWER)
def stop(visit: Visit) -> Response:
    """Silence a channel at once."""
    from chalicelib.borrower.preferences import silenced, stop_channel

    case, channel = visit.case(), visit.form.get("channel", "")
    if channel not in set(ChannelName):
        error = "invalid" if channel else "required"
        message = words_of("preferences", visit.language)["errors"][error]
        return visit.page("preferences", 400, stopped=silenced(case), errors={"channel": message})
    stop_channel(case, ChannelName(channel), visit.wiring.clock())
    return visit.page("preferences_done", channel=channel)


def _landing(
    visit: Visit, token: str, state: str, status: int = 200, *, error: str = "", tries_left: int = 0
) -> Response:
    stop = visit.query.get("stop", "") or visit.form.get("stop", "")
    messages = words_of("landing", visit.language)["errors"]
    errors = {"factor": fill(messages[error], tries_left=tries_left)} if error else {}
    return visit.page("landing", status, token=token, state=state, stop=stop[:10], errors=errors)
