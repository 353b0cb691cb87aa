"""A borrower answers: why the payment is late, in his words, and whether he wants mediation."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.borrower.receipt import receipt_step
from chalicelib.domain.case import status_after_feedback
from chalicelib.domain.codes import FactKind, Wish
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import STAGE_OF
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.mediation.wake import wake
from chalicelib.store import answers, cases
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
        case = cases.get(case_id)
        status = status_after_feedback(Wish(str(sent.answers["wish"])))
        answers.answer(standing.at(case, status, sent.at), fact)
        wake(case_id, self.timers, STAGE_OF[status])
        if step := receipt_step(case):
            self.timers.deliver(case_id, step.name, step.patience, sent.at)
