"""Answers: the borrower's words and where they lead, written both or none."""

from __future__ import annotations

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.errors import CaseClosed, TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.store import facts, keys
from chalicelib.store.cases import get
from chalicelib.store.facts import Fact
from chalicelib.store.heads import connection, is_open
from chalicelib.store.rows import CaseRow, Row
from chalicelib.store.writes import conflicted, lost

_TRIES_AT_CONFLICT = 4


def answer(case_id: CaseId, status: CaseStatus, fact: Fact) -> bool:
    """Record the borrower's answer and where it leads, both or none; returns whether it is new.

    A repeat of the same answer changes nothing, and a second answer from another tab never takes back an
    application. Raises CaseClosed when the case takes no answer any more.
    """
    for _ in range(_TRIES_AT_CONFLICT):
        try:
            _answer_once(case_id, status, fact)
        except TransactWriteError as error:
            if conflicted(error):  # the same answer tapped twice at once: the other one is being written
                continue
            if not lost(error):
                raise
            return _answer_beside(case_id, fact)
        return True
    raise TryAgain(f"case {case_id} is being written by others")


def _answer_once(case_id: CaseId, status: CaseStatus, fact: Fact) -> None:
    head = CaseRow(keys.loan(case_id.loan_key), keys.CASE)
    condition = (CaseRow.generation == case_id.generation) & is_open()
    if status != CaseStatus.APPLIED:
        condition &= CaseRow.status != CaseStatus.APPLIED.value
    with TransactWrite(connection=connection()) as transaction:
        transaction.save(facts.to_row(fact), condition=Row.pk.does_not_exist())
        transaction.update(head, [CaseRow.status.set(status.value)], condition)


def _answer_beside(case_id: CaseId, fact: Fact) -> bool:
    """The answer is on record already, or the case is closed, or it stays applied."""
    if facts.exists(case_id, fact.kind, *fact.which):
        return False
    if not get(case_id).is_open:
        raise CaseClosed(f"case {case_id} is closed")
    return facts.append(fact)
