"""Questions about the process: asked by a borrower, answered once, both on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.forms.journey import Submission
from chalicelib.store import facts, together, waiting
from chalicelib.store.facts import Fact
from chalicelib.store.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `answer` and `answered_at` are empty until it is answered."""

    id: str
    reference: str
    topic: str
    text: str
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None


def ask(case: Case, sent: Submission) -> bool:
    """Record a question and list it for staff, both or none; returns whether it is new.

    A closed case may be asked about as well.
    """
    detail = {"reference": sent.reference, **sent.answers}
    fact = Fact(case.id, FactKind.QUESTION, sent.at, (sent.id,), detail)
    listed = Waiting(FactKind.QUESTION, sent.id, sent.reference, sent.at, case.id, case.lender)
    return together.put([facts.to_row(fact), waiting.row_of(listed)])


def of_case(case_id: CaseId) -> list[Question]:
    """Return the questions asked in a case with their answers, oldest first."""
    answered = {fact.which[0]: fact for fact in facts.of(case_id, FactKind.RESPONSE)}
    return [_question(fact, answered.get(fact.which[0])) for fact in facts.of(case_id, FactKind.QUESTION)]


def answer(case_id: CaseId, reference: str, text: str, now: datetime) -> bool:
    """Record the answer to a question and take it off the list; returns whether it is the first answer.

    An answer stands: a second one changes nothing. Raises NotFound for a question the case does not have.
    """
    found = next((one for one in of_case(case_id) if one.reference == reference), None)
    if found is None:
        raise NotFound(f"case {case_id} has no question {reference}")
    detail = {"reference": reference, "text": text}
    new = facts.append(Fact(case_id, FactKind.RESPONSE, now, (found.id,), detail))
    waiting.done(Waiting(FactKind.QUESTION, found.id, reference, found.asked_at))
    return new


def _question(asked: Fact, answered: Fact | None) -> Question:
    told = asked.detail
    question = Question(asked.which[0], told["reference"], told["topic"], told["text"], asked.at)
    return (
        replace(question, answer=answered.detail["text"], answered_at=answered.at) if answered else question
    )
