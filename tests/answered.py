"""A case answered as a borrower answers it, for tests of what comes after."""

from __future__ import annotations

from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId
from chalicelib.mediation import standing
from chalicelib.store import answers, cases
from chalicelib.store.facts import Fact


def answer(case_id: CaseId, status: CaseStatus, fact: Fact) -> bool:
    """Record an answer that leads to a status; returns whether it is new."""
    return answers.answer(standing.at(cases.get(case_id), status, fact.at), fact)
