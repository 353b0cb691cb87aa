"""A borrower applies for mediation, changes his application, asks for other times or takes it back."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.borrower.wake import wake
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.forms.journey import Submission
from chalicelib.store import answers, facts
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Apply:
    """Takes applications: the fact first, the signal after."""

    timers: Timers

    def __call__(self, case_id: CaseId, sent: Submission) -> None:
        """Record an application and wake the waiting execution; a repeat only wakes it again.

        A later application stands in place of the ones before it, which stay on record. Raises CaseClosed.
        """
        answers.answer(case_id, CaseStatus.APPLIED, _fact(case_id, FactKind.APPLICATION, sent))
        wake(case_id, self.timers)


def application_of(case: Case) -> Fact | None:
    """Return the application that stands: the latest one, unless it was withdrawn since."""
    if case.status != CaseStatus.APPLIED:
        return None
    applications = facts.of(case.id, FactKind.APPLICATION)
    withdrawn = facts.of(case.id, FactKind.WITHDRAWN)
    # A wish for mediation in later feedback does not bring an old application back.
    if not applications or (withdrawn and withdrawn[-1].at > applications[-1].at):
        return None
    return applications[-1]


def withdraw(case_id: CaseId, sent: Submission) -> bool:
    """Take the application back; returns whether there was one to take back. A repeat changes nothing.

    The case stays answered, so no reminder begins anew (invariant 19). Raises CaseClosed.
    """
    return answers.withdraw(case_id, _fact(case_id, FactKind.WITHDRAWN, sent))


def reschedule(case_id: CaseId, sent: Submission) -> bool:
    """Record which other times suit; returns whether that is new. Raises CaseClosed."""
    return answers.add(case_id, _fact(case_id, FactKind.RESCHEDULE, sent))


def _fact(case_id: CaseId, kind: FactKind, sent: Submission) -> Fact:
    return Fact(case_id, kind, sent.at, (sent.id,), {"reference": sent.reference, **sent.answers})
