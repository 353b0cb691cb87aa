"""A borrower answers: why the payment is late, in his words, and whether he wants mediation."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.borrower.receipt import receipt_step
from chalicelib.domain.case import status_after_feedback
from chalicelib.domain.codes import FactKind, Stage, Wish
from chalicelib.domain.keys import CaseId
from chalicelib.forms.journey import Submission
from chalicelib.store import answers, cases, waits
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class GiveFeedback:
    """Takes answers: the fact first, the signal and the confirmation after."""

    timers: Timers

    def __call__(self, case_id: CaseId, sent: Submission) -> None:
        """Record an answer, wake the waiting execution and have the answer confirmed, once a case.

        A repeat does again what comes after the record and changes nothing. If that fails the answer stands
        and the sweeper does the rest. Raises CaseClosed.
        """
        detail = {"reference": sent.reference, **sent.answers}
        fact = Fact(case_id, FactKind.FEEDBACK, sent.at, (sent.id,), detail)
        answers.answer(case_id, status_after_feedback(Wish(str(sent.answers["wish"]))), fact)
        wait = waits.get(case_id)
        if wait and Stage.ANSWERED not in (wait.stage, wait.resume):
            self.timers.answer(wait.token)
        if step := receipt_step(cases.get(case_id)):
            self.timers.deliver(case_id, step.name, step.patience, sent.at)
