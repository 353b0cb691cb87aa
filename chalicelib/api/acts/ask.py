"""Asking about the process: the guide first, then the question that is left."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.api.acts import Act, Offers
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.ask import ASK, TOPICS
from chalicelib.telemetry import Metric


def _offers(visit: Visit) -> Offers:
    """Each topic reads as the heading of its page."""
    pages = words_of("journeys/ask", visit.language)["pages"]
    return {"topic": {topic: pages[topic]["heading"] for topic in TOPICS}}


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.questions import ask

    new = ask(visit.case(), sent)
    if new:
        visit.wiring.telemetry.count(Metric.QUESTION)
    visit.wiring.telemetry.event(
        "question asked", case_id=str(visit.case_id), topic=sent.answers["topic"], new=new
    )


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    return {"links": words_of("journeys/ask", visit.language)["done"]["links"]}


ACT = Act(journey=ASK, carry_out=_carry_out, offers=_offers, confirmation=_confirmation)
