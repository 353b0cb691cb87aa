"""Claims: the one right to send a message, taken and given back on the head of its case."""

from __future__ import annotations

from datetime import datetime

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import size
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId
from chalicelib.store.cases import get
from chalicelib.store.heads import update
from chalicelib.store.rows import CaseRow


def claim(case: Case, key: str, value: str, at: datetime) -> Case | None:
    """Claim one send for one attempt; returns the case as it now is, or None when the claim is lost.

    The condition rechecks all that forbids the send: closed, answered, held, opted out, claimed before
    (docs/architecture.md, Sending 3). A claim of the very same value is our own write whose answer was lost.
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
        claimed = update(case.id, actions, waiting & permitted & unclaimed & unchanged)
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
        if update(case.id, actions, mine & only & (CaseRow.status == CaseStatus.NOTICED.value)):
            return
    update(case.id, [_claim(key).remove()], mine)


def _claim(key: str) -> Path:
    return Path(["claims", key])
