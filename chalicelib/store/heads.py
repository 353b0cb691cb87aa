"""The head row of a case: read it, change it under a condition."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.case_rows import to_case
from chalicelib.store.rows import CaseRow, Row
from chalicelib.store.writes import lost


def head(loan_key: str, sort_key: str = keys.CASE) -> CaseRow | None:
    """Return a head row, the current one or an archived one, or None (strongly consistent)."""
    try:
        return CaseRow.get(keys.loan(loan_key), sort_key, consistent_read=True)
    except CaseRow.DoesNotExist:
        return None


def is_open() -> Condition:
    """The condition that a case still takes acts."""
    return CaseRow.status != CaseStatus.CLOSED.value


def update(case_id: CaseId, actions: Sequence[Action], condition: Condition) -> Case | None:
    """Change the head of this very case under a condition; returns the case as it now is, None when lost."""
    row = CaseRow(keys.loan(case_id.loan_key), keys.CASE)
    try:
        row.update(list(actions), condition=(CaseRow.generation == case_id.generation) & condition)
    except UpdateError as error:
        if lost(error):
            return None
        raise
    return to_case(row)


def connection() -> Connection:
    """The models' one connection, for transactions."""
    return Row._get_connection().connection
