"""Answers: the borrower's words and where they lead, written both or none."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, HoldKind
from chalicelib.domain.errors import CaseClosed
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import UNDER_WAY
from chalicelib.store import facts, holds, standing, together
from chalicelib.store.cases import get
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, Row

_BEFORE_APPLICATION = tuple(
    each.value for each in (CaseStatus.RECEIVED, CaseStatus.NOTICED, CaseStatus.FEEDBACK)
)


def answer(
    answered: Case,
    fact: Fact,
    *,
    hold: HoldKind | None = None,
    beside: tuple[Row, ...] = (),
) -> bool:
    """Record the borrower's answer and put his case where `answered` stands, both or none.

    Returns whether it is new. A `hold` is laid over the case and the rows `beside` are written with it. A
    repeat of the same answer changes nothing, and a second answer from another tab never takes back an
    application. Raises CaseClosed when the case takes no answer any more.
    """
    case_id, actions = answered.id, standing.actions(answered)
    condition = CaseRow.status.is_in(*_BEFORE_APPLICATION)
    if hold:
        actions.append(CaseRow.holds.add({hold.value}))
    if together.put_and_change([facts.to_row(fact), *beside], case_id, actions, condition):
        return True
    # It is on record already, or the case is closed, or it stays applied and whatever followed.
    return holds.put(case_id, hold, fact, beside=beside) if hold else add(case_id, fact)


def withdraw(answered: Case, fact: Fact, *, beside: Sequence[Row] = (), gone: Sequence[Row] = ()) -> bool:
    """Take an application back and record it, both or none; returns whether there was one to take back.

    `answered` is the case as it stands without. Rows `beside` are written, rows `gone` deleted with it. A
    repeat changes nothing, also when he has applied again since. Raises CaseClosed.
    """
    if standing.move(answered, UNDER_WAY, fact, beside=beside, gone=gone):
        return True
    if not facts.exists(answered.id, fact.kind, *fact.which) and not get(answered.id).is_open:
        raise CaseClosed("case {case} is closed", case=answered.id)
    return False


def add(case_id: CaseId, fact: Fact) -> bool:
    """Record what changes nothing of where the case stands; returns whether it is new. Raises CaseClosed."""
    if facts.exists(case_id, fact.kind, *fact.which):
        return False
    if not get(case_id).is_open:
        raise CaseClosed("case {case} is closed", case=case_id)
    return facts.append(fact)
