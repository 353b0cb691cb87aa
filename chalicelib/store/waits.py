"""The waiting execution of a case: its task token, stage and deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import LONG_AGO
from chalicelib.store import keys
from chalicelib.store.rows import Row, WaitRow


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait: `token` signals it; at `deadline` (UTC) the machine's own timeout leads on to `resume`.

    `entered`: when the machine entered the stage, by its own clock; a message of an earlier entry is stale.
    `leg`: which of the executions that carry a plan one after another waits.
    """

    case_id: CaseId
    stage: Stage
    resume: Stage
    token: str
    deadline: datetime
    entered: datetime = LONG_AGO
    leg: int = 0


def row_of(wait: Wait) -> Row:
    """Return the row of a wait, for a batch with others."""
    return WaitRow(
        keys.loan(wait.case_id.loan_key),
        keys.wait(wait.case_id),
        token=wait.token,
        stage=wait.stage.value,
        resume=wait.resume.value,
        entered=wait.entered.isoformat(),
        deadline=wait.deadline,
        leg=wait.leg or None,
    )


def put(wait: Wait) -> None:
    """Store the current wait of a case; the one before it is over and replaced."""
    row_of(wait).save()


def get(case_id: CaseId) -> Wait | None:
    """Return the latest wait of a case, or None before its first (strongly consistent)."""
    try:
        row = WaitRow.get(keys.loan(case_id.loan_key), keys.wait(case_id), consistent_read=True)
    except WaitRow.DoesNotExist:
        return None
    entered = datetime.fromisoformat(row.entered) if row.entered else LONG_AGO
    return Wait(
        case_id, Stage(row.stage), Stage(row.resume), row.token, row.deadline, entered, int(row.leg or 0)
    )
