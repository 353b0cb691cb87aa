"""The borrowers' pages: landing, second factor, legal information, notice, feedback, preferences."""

from __future__ import annotations

import re
from typing import Any

from chalice import Blueprint, Response

from chalicelib.api import session as sessions
from chalicelib.api import views
from chalicelib.api.visit import FORM, Visit, visited
from chalicelib.domain.codes import ChannelName, FactKind, Mode
from chalicelib.domain.errors import CaseClosed
from chalicelib.telemetry import Metric

borrowers = Blueprint(__name__)

_ANSWERS_ID = re.compile(r"^[A-Za-z0-9_-]{16,36}$")


@borrowers.route("/n/{token}", methods=["GET", "HEAD"])
@visited(borrowers, verified=False)
def landing(visit: Visit, token: str) -> Response:
    """Say who writes and ask for the second factor; looks nothing up, so it tells nothing about the link."""
    return _landing(visit, token, "open")


@borrowers.route("/n/{token}", methods=["POST"], content_types=FORM)
@visited(borrowers, verified=False)
def verify(visit: Visit, token: str) -> Response:
    """Check the second factor and start a session; the token leaves the address with the redirect."""
    from chalicelib.borrower.verify import Gone, Locked, Verified, Verify, Wrong

    factor = visit.form.get("factor", "").strip()
    if not factor:
        return _landing(visit, token, "open", 400, error="empty")
    now = visit.wiring.clock()
    match Verify(visit.wiring.pepper)(token, factor, now):
        case Verified(case_id):
            page = "/my/preferences" if visit.form.get("stop") else "/my/info"
            return visit.go(page, sessions.start(case_id, now))
        case Wrong(left):
            return _landing(visit, token, "open", 400, error="wrong", tries_left=left)
        case Locked():
            return _landing(visit, token, "locked", 429)
        case Gone():
            return _landing(visit, token, "gone", 404)


@borrowers.route("/my/info", methods=["GET"])
@visited(borrowers, verified=True)
def info(visit: Visit) -> Response:
    """Show the legal information, before anything is asked."""
    return visit.page("info", variables=views.variables(visit, visit.case()), switch="/my/info")


@borrowers.route("/my/notice", methods=["GET"])
@visited(borrowers, verified=True)
def notice(visit: Visit) -> Response:
    """Show the whole notice."""
    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    return visit.page(
        "notice",
        variables=views.variables(visit, case),
        answered_on=views.answered_on(case),
        switch="/my/notice",
    )


@borrowers.route("/my/feedback", methods=["GET"])
@visited(borrowers, verified=True)
def feedback(visit: Visit) -> Response:
    """Ask for the reason, the borrower's words and his wish for mediation."""
    case = visit.case()
    if case.answered or not case.is_open:
        return views.closed(visit, case)
    return _form(visit, {}, {})


@borrowers.route("/my/feedback", methods=["POST"], content_types=FORM)
@visited(borrowers, verified=True)
def check(visit: Visit) -> Response:
    """Show the answers to be checked, or the form again with every fault."""
    from chalicelib.borrower.feedback import read_answer
    from chalicelib.domain.errors import InvalidAnswer

    if "change" in visit.form:
        return _form(visit, visit.form, {})
    try:
        read_answer(visit.form)
    except InvalidAnswer as error:
        return _form(visit, visit.form, {fault.pointer: fault.detail for fault in error.errors}, 400)
    return visit.page("check", values=visit.form, answers_id=_answers_id(visit))


@borrowers.route("/my/feedback/send", methods=["POST"], content_types=FORM)
@visited(borrowers, verified=True)
def send(visit: Visit) -> Response:
    """Record the answers, wake the case, and go on to the confirmation; sending twice is harmless."""
    from chalicelib.borrower.feedback import GiveFeedback, read_answer
    from chalicelib.domain.errors import InvalidAnswer

    try:
        answer = read_answer({**visit.form, "answers_id": _answers_id(visit)})
    except InvalidAnswer as error:
        return _form(visit, visit.form, {fault.pointer: fault.detail for fault in error.errors}, 400)
    try:
        GiveFeedback(visit.wiring.timers)(visit.case_id, answer, visit.wiring.clock())
    except CaseClosed:
        return views.closed(visit, visit.case())
    visit.wiring.telemetry.count(Metric.FEEDBACK)
    visit.wiring.telemetry.event("feedback given", case_id=str(visit.case_id), wish=answer.wish)
    return visit.go("/my/done")


@borrowers.route("/my/done", methods=["GET"])
@visited(borrowers, verified=True)
def done(visit: Visit) -> Response:
    """Confirm the answer with a reference and what happens next."""
    from chalicelib.store import facts

    case = visit.case()
    given = facts.of(case.id, FactKind.FEEDBACK)
    if not given:
        return visit.go("/my/feedback")
    last = given[-1]
    return visit.page(
        "done",
        reference=case.id.reference,
        wish=last.detail["wish"],
        received=last.at.astimezone(views.zone_of(case)),
        switch="/my/done",
    )


@borrowers.route("/my/preferences", methods=["GET"])
@visited(borrowers, verified=True)
def preferences(visit: Visit) -> Response:
    """Offer to silence a channel."""
    from chalicelib.borrower.preferences import silenced

    stopped = silenced(visit.case())
    return visit.page("preferences", stopped=stopped, error="", switch="/my/preferences")


@borrowers.route("/my/preferences", methods=["POST"], content_types=FORM)
@visited(borrowers, verified=True)
def stop(visit: Visit) -> Response:
    """Silence a channel at once."""
    from chalicelib.borrower.preferences import silenced, stop_channel

    case, channel = visit.case(), visit.form.get("channel", "")
    if channel not in set(ChannelName):
        error = "invalid" if channel else "required"
        return visit.page("preferences", 400, stopped=silenced(case), error=error)
    stop_channel(case, ChannelName(channel), visit.wiring.clock())
    return visit.page("preferences_done", channel=channel)


def _landing(
    visit: Visit, token: str, state: str, status: int = 200, *, error: str = "", tries_left: int = 0
) -> Response:
    stop = visit.query.get("stop", "") or visit.form.get("stop", "")
    context = {"token": token, "state": state, "error": error, "tries_left": tries_left, "stop": stop[:10]}
    return visit.page("landing", status, **context)


def _form(visit: Visit, values: Any, errors: dict[str, str], status: int = 200) -> Response:
    from chalicelib.borrower.feedback import MAX_TEXT

    return visit.page(
        "feedback",
        status,
        values=values,
        errors=errors,
        modes_offered=[mode.value for mode in Mode],
        text_limit=MAX_TEXT,
        answers_id=_answers_id(visit),
    )


def _answers_id(visit: Visit) -> str:
    """Return the submission's id as it came with the form, or a fresh one."""
    given = visit.form.get("answers_id", "")
    return given if _ANSWERS_ID.match(given) else visit.wiring.randomness(12).hex()
