"""Cases: one head per loan, each change one conditional write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, Outcome
from chalicelib.domain.errors import CaseClosed, NotFound, TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Amount
from chalicelib.store import facts, keys
from chalicelib.store.case_rows import to_case, to_map, to_row
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, Row
from chalicelib.store.writes import conflicted, lost

_TRIES_AT_CONFLICT = 4

Known = Case | datetime | None
"""What the table knows of a loan: its latest case, when it was paid without one, or nothing."""


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


def open_next(case: Case, before: Case | datetime) -> bool:
    """Open a loan's next case in place of a closed one; returns False when another event was quicker."""
    head = CaseRow.generation == case.id.generation - 1
    try:
        with TransactWrite(connection=_connection()) as transaction:
            transaction.save(to_row(case), condition=head & (CaseRow.status == CaseStatus.CLOSED.value))
            if isinstance(before, Case):
                transaction.save(to_row(before, archived=True))
    except TransactWriteError as error:
        if lost(error):
            return False
        raise
    return True


def latest(loan_key: str) -> Known:
    """Return what is known of a loan (strongly consistent)."""
    row = _head(loan_key)
    if row is None:
        return None
    return to_case(row) if row.generation else row.balance_at


def get(case_id: CaseId) -> Case:
    """Return a case, the current or an archived one; raises NotFound when there is none."""
    row = _head(case_id.loan_key)
    if row is not None and row.generation > case_id.generation > 0:
        row = _head(case_id.loan_key, keys.archived_case(case_id.generation))
    if row is None or row.generation != case_id.generation or not row.generation:
        raise NotFound(f"no case {case_id}")
    return to_case(row)


def opened_by(loan_key: str, event_id: str) -> bool:
    """Whether this event opened any case of the loan, the archived ones included."""
    rows = CaseRow.query(keys.loan(loan_key), Row.sk.startswith(keys.CASE), consistent_read=True)
    return any(row.opened_by == event_id for row in rows)


def note_paid(loan_key: str, lender: str, loan: str, at: datetime) -> None:
    """Remember that a loan without an open case was paid at `at`: a late overdue event must open none."""
    row = CaseRow(
        keys.loan(loan_key),
        keys.CASE,
        generation=0,
        lender=lender,
        loan=loan,
        status=CaseStatus.CLOSED.value,
        balance_at=at,
    )
    try:
        row.save(condition=Row.pk.does_not_exist())
    except PutError as error:
        if not lost(error):
            raise
        _move_balance(row, at)


def _move_balance(row: CaseRow, at: datetime) -> None:
    closed = CaseRow.status == CaseStatus.CLOSED.value
    try:
        row.update([CaseRow.balance_at.set(at)], condition=closed & (CaseRow.balance_at < at))
    except UpdateError as error:
        if not lost(error):
            raise


def claim(case: Case, key: str, value: str, at: datetime) -> Case | None:
    """Claim one send for one attempt; returns the case as it now is, or None when the claim is lost.

    The condition rechecks all that forbids the send: closed, answered, held, opted out, claimed before
    (DESIGN, Sending 2 and 3). A claim of the very same value is our own write whose answer was lost.
    """
    channel = key.partition("#")[2]
    actions = [_claim(key).set(value)]
    if case.status == CaseStatus.RECEIVED:
        actions += [CaseRow.status.set(CaseStatus.NOTICED.value), CaseRow.noticed_at.set(at)]
    waiting = CaseRow.status.is_in(CaseStatus.RECEIVED.value, CaseStatus.NOTICED.value)
    permitted = CaseRow.holds.does_not_exist() & (
        CaseRow.opted_out.does_not_exist() | ~CaseRow.opted_out.contains(channel)
    )
    unclaimed = _claim(key).does_not_exist()
    # The amount in the message must be the one on record when it leaves (invariant 3: recheck).
    unchanged = CaseRow.balance_at == case.balance_at
    try:
        claimed = _update(case.id, actions, waiting & permitted & unclaimed & unchanged)
    except UpdateError:
        if (ours := _with_claim(case.id, key, value)) is None:
            raise
        return ours
    return claimed or _with_claim(case.id, key, value)


def _with_claim(case_id: CaseId, key: str, value: str) -> Case | None:
    case = get(case_id)
    return case if case.claims.get(key) == value and case.is_open and not case.answered else None


def release(case: Case, key: str, value: str) -> None:
    """Give back a claim whose send surely did not happen; `case` is the case before the claim."""
    mine = _claim(key) == value
    actions: list[Action] = [_claim(key).remove()]
    if case.status == CaseStatus.RECEIVED:
        actions += [CaseRow.status.set(CaseStatus.RECEIVED.value), CaseRow.noticed_at.remove()]
        # Only the last claim takes the notice back: what went out over another channel went out.
        only = size(Path("claims")) == 1
        if _update(case.id, actions, mine & only & (CaseRow.status == CaseStatus.NOTICED.value)):
            return
    _update(case.id, [_claim(key).remove()], mine)


def restate(case_id: CaseId, amount: Amount, overdue_since: date | None, at: datetime) -> Case | None:
    """Put a newer balance on an open case; returns the case, or None when it is closed or knows newer."""
    actions = [CaseRow.amount.set(to_map(amount)), CaseRow.balance_at.set(at)]
    if overdue_since:
        actions.append(CaseRow.overdue_since.set(overdue_since))
    return _update(case_id, actions, _is_open() & (CaseRow.balance_at < at))


def close(
    case_id: CaseId, outcome: Outcome, reason: str, now: datetime, *, balance_at: datetime | None = None
) -> Case | None:
    """Close an open case with its outcome and reason; returns it, or None when it does not apply.

    `balance_at` is the event time of a settlement: an older one than the balance on record is stale.
    NO_RESPONSE closes only a case that is unanswered still.
    """
    actions = [
        CaseRow.status.set(CaseStatus.CLOSED.value),
        CaseRow.outcome.set(outcome.value),
        CaseRow.closed_at.set(now),
        CaseRow.closed_reason.set(reason),
    ]
    condition = _is_open()
    if balance_at:
        actions.append(CaseRow.balance_at.set(balance_at))
        condition &= CaseRow.balance_at <= balance_at
    if outcome == Outcome.NO_RESPONSE:
        condition &= CaseRow.status.is_in(CaseStatus.RECEIVED.value, CaseStatus.NOTICED.value)
    return _update(case_id, actions, condition)


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
    condition = (CaseRow.generation == case_id.generation) & _is_open()
    if status != CaseStatus.APPLIED:
        condition &= CaseRow.status != CaseStatus.APPLIED.value
    with TransactWrite(connection=_connection()) as transaction:
        transaction.save(facts.to_row(fact), condition=Row.pk.does_not_exist())
        transaction.update(head, [CaseRow.status.set(status.value)], condition)


def _answer_beside(case_id: CaseId, fact: Fact) -> bool:
    """The answer is on record already, or the case is closed, or it stays applied."""
    if facts.exists(case_id, fact.kind, *fact.which):
        return False
    if not get(case_id).is_open:
        raise CaseClosed(f"case {case_id} is closed")
    return facts.append(fact)


def opt_out(case_id: CaseId, channel: ChannelName) -> bool:
    """Make a channel silent for an open case; returns False when it is closed."""
    return _update(case_id, [CaseRow.opted_out.add({channel.value})], _is_open()) is not None


def retire(case_id: CaseId) -> None:
    """Take a closed case out of the sweeper's index."""
    _update(case_id, [CaseRow.open_day.remove()], CaseRow.status == CaseStatus.CLOSED.value)


def opened_on(lender: str, day: datetime) -> Iterator[str]:
    """Yield the loan keys of a lender's cases opened on a UTC day and not retired (eventually consistent)."""
    for row in CaseRow.open_cases.query(keys.open_day(lender, day)):
        yield row.pk.removeprefix(keys.loan(""))


def _head(loan_key: str, sort_key: str = keys.CASE) -> CaseRow | None:
    try:
        return CaseRow.get(keys.loan(loan_key), sort_key, consistent_read=True)
    except CaseRow.DoesNotExist:
        return None


def _claim(key: str) -> Path:
    return Path(["claims", key])


def _is_open() -> Condition:
    return CaseRow.status != CaseStatus.CLOSED.value


def _update(case_id: CaseId, actions: Sequence[Action], condition: Condition) -> Case | None:
    row = CaseRow(keys.loan(case_id.loan_key), keys.CASE)
    try:
        row.update(list(actions), condition=(CaseRow.generation == case_id.generation) & condition)
    except UpdateError as error:
        if lost(error):
            return None
        raise
    return to_case(row)


def _connection() -> Connection:
    return Row._get_connection().connection
