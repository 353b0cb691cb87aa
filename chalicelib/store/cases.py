"""Cases: one head per loan, each change one conditional write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Outcome
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.said import Unopened
from chalicelib.store import keys, words
from chalicelib.store.case_rows import to_case, to_row, to_unopened
from chalicelib.store.heads import connection, head, is_open, update
from chalicelib.store.rows import CaseRow, Row
from chalicelib.store.writes import lost

Known = Case | Unopened | None
"""What the table knows of a loan: its latest case, what was said of it before it had one, or nothing."""


def open_first(case: Case) -> bool:
    """Write a loan's first case; returns False when the loan is known already (then ask `latest`).

    One conditional write: it opens the case, removes duplicates and keeps to one open case per loan.
    """
    try:
        to_row(case).save(condition=Row.pk.does_not_exist())
    except PutError as error:
        if lost(error):
            return False
        raise
    return True


def open_next(case: Case, before: Case | Unopened) -> bool:
    """Open a loan's next case in place of a closed one; returns False when another event was quicker."""
    follows = (CaseRow.generation == case.id.generation - 1) & words.as_read(before)
    try:
        with TransactWrite(connection=connection()) as transaction:
            transaction.save(to_row(case), condition=follows & (CaseRow.status == CaseStatus.CLOSED.value))
            if isinstance(before, Case):
                transaction.save(to_row(before, archived=True))
    except TransactWriteError as error:
        if lost(error):
            return False
        raise
    return True


def latest(loan_key: str) -> Known:
    """Return what is known of a loan (strongly consistent)."""
    row = head(loan_key)
    if row is None:
        return None
    return to_case(row) if row.generation else to_unopened(row)


def get(case_id: CaseId) -> Case:
    """Return a case, the current or an archived one; raises NotFound when there is none."""
    row = head(case_id.loan_key)
    if row is not None and row.generation > case_id.generation > 0:
        row = head(case_id.loan_key, keys.archived_case(case_id.generation))
    if row is None or row.generation != case_id.generation or not row.generation:
        raise NotFound(f"no case {case_id}")
    return to_case(row)


def opened_by(loan_key: str, event_id: str) -> bool:
    """Whether this event opened any case of the loan, the archived ones included."""
    rows = CaseRow.query(keys.loan(loan_key), Row.sk.startswith(keys.CASE), consistent_read=True)
    return any(row.opened_by == event_id for row in rows)


def close(
    case_id: CaseId,
    outcome: Outcome,
    reason: str,
    now: datetime,
    *,
    word: tuple[Case, Case] | None = None,
    only: Iterable[CaseStatus] = (),
    limit_at: datetime | None = None,
    unlaid: bool = False,
) -> Case | None:
    """Close an open case with its outcome and reason; returns it, or None when it does not apply.

    `word` is the case before and after the settlement that closes it: it loses to another word since.
    NO_RESPONSE closes only a case that is unanswered still. What time ends closes `only` a case that still
    stands so, and under the same limit (`limit_at`): an act in the last moment wins. `unlaid`: and only one
    over which no hold was ever laid.
    """
    actions = closing(outcome, reason, now)
    condition = is_open()
    if word:
        actions += [CaseRow.balance_at.set(word[1].balance_at), CaseRow.said.set(dict(word[1].said))]
        condition &= words.as_read(word[0])
    if outcome == Outcome.NO_RESPONSE:
        only = (CaseStatus.RECEIVED, CaseStatus.NOTICED)
    if standing := [status.value for status in only]:
        condition &= CaseRow.status.is_in(*standing)
    if unlaid:
        condition &= CaseRow.laid.does_not_exist()
    if limit_at:
        condition &= CaseRow.limit_at == limit_at
    return update(case_id, actions, condition)


def closing(outcome: Outcome, reason: str, now: datetime) -> list[Action]:
    """Return what closes a head."""
    return [
        CaseRow.status.set(CaseStatus.CLOSED.value),
        CaseRow.outcome.set(outcome.value),
        CaseRow.closed_at.set(now),
        CaseRow.closed_reason.set(reason),
        CaseRow.worklist.remove(),
        CaseRow.due_at.remove(),
    ]


def file_under(case: Case, day: datetime) -> None:
    """Let the sweeper look at an open case from the UTC day of a moment on, and not before."""
    update(case.id, [filing(case, day)], is_open())


def filing(case: Case, day: datetime) -> Action:
    """Return what files a head for the sweeper under the UTC day of a moment."""
    return CaseRow.open_day.set(keys.open_day(case.lender, day))


def reach(case_id: CaseId, step: str) -> None:
    """Note that a message of a step arrived: no other channel is tried for it any more."""
    update(case_id, [CaseRow.reached.add({step})], ~CaseRow.reached.contains(step))


def unreach(case_id: CaseId, step: str) -> None:
    """Take back that a message of a step arrived: it arrived at somebody else's."""
    update(case_id, [CaseRow.reached.delete({step})], CaseRow.reached.contains(step))


def retire(case_id: CaseId) -> None:
    """Take a closed case out of the sweeper's index."""
    update(case_id, [CaseRow.open_day.remove()], CaseRow.status == CaseStatus.CLOSED.value)


def opened_on(lender: str, day: datetime) -> Iterator[str]:
    """Yield the loan keys of a lender's cases opened on a UTC day and not retired (eventually consistent)."""
    for row in CaseRow.open_cases.query(keys.open_day(lender, day)):
        yield row.pk.removeprefix(keys.loan(""))
