"""A borrower disputes the amount or the debt: contact about payment stops at once, until he is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, HoldKind, Stage
from chalicelib.domain.dispute import DisputeKind, hold_of
from chalicelib.domain.keys import CaseId
from chalicelib.forms.journey import Submission
from chalicelib.mediation.wake import wake
from chalicelib.store import answers, facts, waiting
from chalicelib.store.facts import Fact
from chalicelib.store.waiting import Waiting
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Dispute:
    """Takes disputes: fact and hold first, both or none, the signal after."""

    timers: Timers

    def __call__(self, case: Case, sent: Submission) -> None:
        """Record a dispute, hold the case and wake the waiting execution; a repeat only wakes it again.

        A further dispute is a further fact. Raises CaseClosed.
        """
        hold = hold_of(DisputeKind(str(sent.answers["kind"])))
        about = {"reference": sent.reference, "hold": hold.value, "currency": case.amount.currency}
        detail = {**about, **sent.answers}
        fact = Fact(case.id, FactKind.DISPUTE, sent.at, (sent.id,), detail)
        listed = Waiting(FactKind.DISPUTE, sent.id, sent.reference, sent.at, case.id, case.lender)
        answered = replace(case, status=CaseStatus.FEEDBACK)
        answers.answer(answered, fact, hold=hold, beside=(waiting.row_of(listed),))
        wake(case.id, self.timers, Stage.ANSWERED)


def take_off_the_list(case_id: CaseId, hold: HoldKind) -> None:
    """Note that the disputes under a hold are answered: they wait for nobody any more."""
    for fact in facts.of(case_id, FactKind.DISPUTE):
        if fact.detail["hold"] == hold.value:
            waiting.done(Waiting(FactKind.DISPUTE, fact.which[0], fact.detail["reference"], fact.at))
