"""A borrower's questions about the process, and what was answered."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.api import views
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit, Who, visited
from chalicelib.domain.local_form import format_date

questions = Blueprint(__name__)


@questions.route("/my/questions", methods=["GET"])
@visited(questions, Who.BORROWER)
def my_questions(visit: Visit) -> Response:
    """List the questions of the case with their answers, the last one first."""
    from chalicelib.borrower.questions import of_case

    zone = views.zone_of(visit.case())
    topics = words_of("journeys/ask", visit.language)["pages"]
    shown = [
        {
            "topic": topics[one.topic]["heading"],
            "question": one,
            "asked_on": format_date(one.asked_at.astimezone(zone).date(), visit.language),
            "answered_on": one.answered_at
            and format_date(one.answered_at.astimezone(zone).date(), visit.language),
        }
        for one in reversed(of_case(visit.case_id))
    ]
    return visit.page("questions", shown=shown)
