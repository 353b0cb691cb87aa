"""A verified borrower reads: legal information, the notice and its PDF."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.api import views
from chalicelib.api.files import PDF, attachment
from chalicelib.api.visit import Visit, Who, visited
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
    return attachment(visit, pages.pdf, PDF, f"{case.id.reference}.pdf")
