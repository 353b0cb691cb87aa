"""A verified borrower reads: legal information, the notice and its PDF; and silences a channel."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.api import views
from chalicelib.api.pages import words_of
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.codes import ChannelName
from chalicelib.texts import fill, load_words

borrowers = Blueprint(__name__)


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


@borrowers.route("/my/notice.pdf", methods=["GET"])
@visited(borrowers, Who.BORROWER)
def notice_pdf(visit: Visit) -> Response:
    """Hand the notice out as a letter to keep, as of now; nothing of a closed case."""
    from chalicelib.notices.compose import compose
    from chalicelib.notices.laid_out import with_pages

    case = visit.case()
    if not case.is_open:
        return views.closed(visit, case)
    values = views.variables(visit, case)
    message = compose(
        profile=case.profile,
        step="first_notice",
        channel=ChannelName.LETTER.value,
        language=visit.language,
        variables=values,
    )
    pages = with_pages(message, values, case.borrower.postal, case.profile)
    return visit.file(pages.pdf, "application/pdf", f"{case.id.reference}.pdf")


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
