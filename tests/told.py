"""What a lender says of a case in tests that care about something else: a balance, a settlement."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import said
from chalicelib.domain.case import Case
from chalicelib.domain.codes import Outcome
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Amount
from chalicelib.store import cases, words


def restate(case_id: CaseId, amount: Amount, at: datetime) -> bool:
    """Put a balance of `at` on a case; returns whether it was news."""
    case = cases.get(case_id)
    after = said.restated(case, amount, at, said.mark(at))
    return after != case and words.put(case, after)


def settle(case_id: CaseId, reason: str, now: datetime, at: datetime) -> Case | None:
    """Close a case by a settlement of `at`."""
    case = cases.get(case_id)
    word = (case, said.settled(case, at, said.mark(at)))
    return cases.close(case_id, Outcome.SETTLED_OUTSIDE, reason, now, word=word)
