"""Survey: what a borrower thinks of a step behind him, said once and counted without a name."""

from __future__ import annotations

from chalice import Response

from chalicelib.api.acts import Act, Offers
from chalicelib.api.opened import open_case
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.forms.journey import Answers, PageAnswers, Submission
from chalicelib.forms.journeys.survey import QUESTIONS, SURVEY
from chalicelib.telemetry import Metric

_METRICS = dict(zip(QUESTIONS, (Metric.SURVEY_CLEAR, Metric.SURVEY_FAIR, Metric.SURVEY_TRUST), strict=True))


def _offers(visit: Visit) -> Offers:
    from chalicelib.borrower.survey import open_steps

    names = words_of("journeys/survey", visit.language)["steps"]
    return {"about": {step.value: names[step.value] for step in open_steps(open_case(visit).mine)}}


def _kept(visit: Visit, answers: Answers) -> Offers:
    return {"about": words_of("journeys/survey", visit.language)["steps"]}


def _settled(visit: Visit) -> PageAnswers:
    """Return the step he tells of when there is only one."""
    steps = list(_offers(visit)["about"])
    return {"about": {"about": steps[0]}} if len(steps) == 1 else {}


def _gate(visit: Visit) -> Response | None:
    return None if _offers(visit)["about"] else visit.page("survey_none")


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.survey import open_steps, tell

    if not tell(visit.case_id, sent, open_steps(open_case(visit).mine)):
        return
    for question, metric in _METRICS.items():
        visit.wiring.telemetry.count(metric, int(str(sent.answers[question])))
    visit.wiring.telemetry.event("survey answered", about=sent.answers["about"])


ACT = Act(
    journey=SURVEY,
    carry_out=_carry_out,
    offers=_offers,
    kept=_kept,
    settled=_settled,
    gate=_gate,
)
