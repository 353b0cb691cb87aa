"""The waiting execution of a complaint: its task token, what it rests on, and its deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.store import keys
from chalicelib.store.rows import WaitRow


@dataclass(frozen=True, slots=True)
class ComplaintWait:
    """One wait in `stage`: `token` signals it; at `deadline` (UTC) the machine's own timeout comes.

    `seen` is what it rests on, `leg` which of the executions that follow one another waits.
    """

    reference: str
    complaint_id: str
    stage: str
    token: str
    seen: str
    deadline: datetime
    leg: int


def put(wait: ComplaintWait) -> None:
    """Store the current wait of a complaint; the one before it is over and replaced."""
    WaitRow(
        keys.complaint(wait.reference),
        keys.complaint_wait(wait.complaint_id),
        token=wait.token,
        stage=wait.stage,
        resume=wait.seen,
        deadline=wait.deadline,
        leg=wait.leg,
    ).save()


def get(reference: str, complaint_id: str) -> ComplaintWait | None:
    """Return the latest wait of a complaint, or None before its first (strongly consistent)."""
    try:
        row = WaitRow.get(keys.complaint(reference), keys.complaint_wait(complaint_id), consistent_read=True)
    except WaitRow.DoesNotExist:
        return None
    leg = int(row.leg or 0)
    return ComplaintWait(reference, complaint_id, row.stage, row.token, row.resume, row.deadline, leg)
