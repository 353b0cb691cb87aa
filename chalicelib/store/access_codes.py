"""The one-time codes of a case: how many were sent, and whether the last is used; the code is nowhere."""

from __future__ import annotations

from pynamodb.exceptions import PutError, UpdateError

from chalicelib.domain.access import Issued
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.store import keys
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import AccessCodeRow
from chalicelib.store.writes import lost


def get(case_id: CaseId) -> Issued | None:
    """Return what is known of a case's codes (strongly consistent), or None before the first."""
    try:
        row = AccessCodeRow.get(*_key(case_id), consistent_read=True)
    except AccessCodeRow.DoesNotExist:
        return None
    recent = tuple(from_stamp(text) for text in row.recent)
    return Issued(int(row.number), ChannelName(row.channel), recent, row.used)


def put(case_id: CaseId, issued: Issued, before: Issued | None) -> bool:
    """Note one more code; returns False when another request was quicker, which sends its own.

    The row stays as long as its case: a number that came again would find its claim taken.
    """
    row = AccessCodeRow(
        *_key(case_id),
        number=issued.number,
        channel=issued.channel.value,
        recent=[stamp(at) for at in issued.recent],
        used=issued.used,
    )
    unchanged = AccessCodeRow.number == before.number if before else Row.pk.does_not_exist()
    try:
        row.save(condition=unchanged)
    except PutError as error:
        if lost(error):
            return False
        raise
    return True


def use(case_id: CaseId, number: int) -> bool:
    """Use a code up; returns False when it was used, or a newer one sent, in this moment."""
    unused = (AccessCodeRow.number == number) & (AccessCodeRow.used == False)  # noqa: E712
    try:
        AccessCodeRow(*_key(case_id)).update([AccessCodeRow.used.set(True)], condition=unused)
    except UpdateError as error:
        if lost(error):
            return False
        raise
    return True


def _key(case_id: CaseId) -> tuple[str, str]:
    return keys.loan(case_id.loan_key), keys.access_code(case_id)
