"""A borrower applies for mediation, changes his application, asks for other times or takes it back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Stage
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import UNDER_WAY
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.mediation.schedule import called_off
from chalicelib.mediation.wake import wake
from chalicelib.store import answers, cases, facts
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
        applied = standing.at(cases.get(case_id), CaseStatus.APPLIED, sent.at)
        answers.answer(applied, _fact(case_id, FactKind.APPLICATION, sent))
        wake(case_id, self.timers, Stage.ACCEPTANCE)


def application_of(case: Case) -> Fact | None:
    """Return the application that stands: the latest one, unless it was withdrawn since."""
    if case.status not in UNDER_WAY:
        return None
    applications = facts.of(case.id, FactKind.APPLICATION)
    withdrawn = facts.of(case.id, FactKind.WITHDRAWN)
    # A wish for mediation in later feedback does not bring an old application back.
    if not applications or (withdrawn and withdrawn[-1].at > applications[-1].at):
        return None
    return applications[-1]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Takes an application back, at any time before all have signed, without harm (invariant 19)."""

    timers: Timers

    def __call__(self, case_id: CaseId, sent: Submission) -> bool:
        """Record it, call off a meeting ahead and wake the execution; returns whether there was one.

        The case stays answered, so no reminder begins anew. A repeat changes nothing. Raises CaseClosed.
        """
        case = cases.get(case_id)
        off, free = called_off(case, sent.at)
        fact = _fact(case_id, FactKind.WITHDRAWN, sent)
        answered = standing.at(replace(case, mediator=None), CaseStatus.FEEDBACK, sent.at)
        new = answers.withdraw(answered, fact, beside=off, gone=free)
        wake(case_id, self.timers, Stage.ANSWERED)
        return new


def reschedule(case_id: CaseId, sent: Submission) -> bool:
    """Record which other times suit; returns whether that is new. Raises CaseClosed."""
    return answers.add(case_id, _fact(case_id, FactKind.RESCHEDULE, sent))


def _fact(case_id: CaseId, kind: FactKind, sent: Submission) -> Fact:
    return Fact(case_id, kind, sent.at, (sent.id,), {"reference": sent.reference, **sent.answers})
