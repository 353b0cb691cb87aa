"""Several rows in one write: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.heads import connection
from chalicelib.store.rows import CaseRow, Row
from chalicelib.store.writes import conflicted, lost

_TRIES_AT_CONFLICT = 4


def put(rows: Sequence[Row], *, gone: Sequence[Row] = ()) -> bool:
    """Write new rows and delete those `gone`, all or none; returns False when one is there already."""
    return _write(rows, None, gone)


def put_and_change(
    rows: Sequence[Row],
    case_id: CaseId,
    actions: Sequence[Action],
    condition: Condition,
    *,
    gone: Sequence[Row] = (),
) -> bool:
    """Write new rows, delete those `gone` and change the head of this very case, all or none.

    Returns False when one of the rows is there already or the head does not meet the condition.
    """
    change = (case_id, list(actions), (CaseRow.generation == case_id.generation) & condition)
    return _write(rows, change, gone)


def _write(
    rows: Sequence[Row],
    change: tuple[CaseId, list[Action], Condition] | None,
    gone: Sequence[Row] = (),
) -> bool:
    for _ in range(_TRIES_AT_CONFLICT):
        try:
            with TransactWrite(connection=connection()) as transaction:
                for row in rows:
                    transaction.save(row, condition=Row.pk.does_not_exist())
                for row in gone:
                    transaction.delete(row)
                if change:
                    case_id, actions, condition = change
                    transaction.update(CaseRow(keys.loan(case_id.loan_key), keys.CASE), actions, condition)
        except TransactWriteError as error:
            if conflicted(error):  # the same thing tapped twice at once: the other one is being written
                continue
            if not lost(error):
                raise
            return False
        return True
    raise TryAgain("these rows are being written by others")
