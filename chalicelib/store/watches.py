"""The waiting delivery execution of a step: its task token and when it goes on by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import LONG_AGO
from chalicelib.store import keys
from chalicelib.store.rows import Row, WatchRow


@dataclass(frozen=True, slots=True)
class Watch:
    """One wait for a receipt: `token` signals it; at `deadline` (UTC) the machine goes on by itself.

    `entered`: when the machine entered the stage, by its own clock; a message of an earlier entry is stale.
    `paused`: nothing may leave before then, so that a message which failed ends no wait.
    """

    case_id: CaseId
    step: str
    token: str
    deadline: datetime
    entered: datetime = LONG_AGO
    paused: bool = False


def row_of(watch: Watch) -> Row:
    """Return the row of a watch, for a batch with others."""
    return WatchRow(
        keys.loan(watch.case_id.loan_key),
        keys.watch(watch.case_id, watch.step),
        token=watch.token,
        entered=watch.entered.isoformat(),
        deadline=watch.deadline,
        paused=watch.paused or None,
    )


def put(watch: Watch) -> None:
    """Store the current watch of a step; the one before it is over and replaced."""
    row_of(watch).save()


def get(case_id: CaseId, step: str) -> Watch | None:
    """Return the latest watch of a step, or None before its first (strongly consistent)."""
    try:
        row = WatchRow.get(keys.loan(case_id.loan_key), keys.watch(case_id, step), consistent_read=True)
    except WatchRow.DoesNotExist:
        return None
    entered = datetime.fromisoformat(row.entered) if row.entered else LONG_AGO
    return Watch(case_id, step, row.token, row.deadline, entered, bool(row.paused))
