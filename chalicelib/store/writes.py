"""How a conditional write answers: done, or lost to what stands there already."""

from __future__ import annotations

from pynamodb.exceptions import PutError, TransactWriteError, UpdateError

from chalicelib.store.rows import Row

_LOST = {"ConditionalCheckFailedException", "TransactionCanceledException"}


def lost(error: PutError | UpdateError | TransactWriteError) -> bool:
    """Whether a write failed on its condition; any other failure is raised again by the caller.

    A cancelled transaction counts only when a condition cancelled it, not a conflict or a throttle.
    """
    if error.cause_response_code not in _LOST:
        return False
    if isinstance(error, TransactWriteError):
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        return codes <= {"ConditionalCheckFailed", "None"}
    return True


def conflicted(error: TransactWriteError) -> bool:
    """Whether a transaction met another one on the same items and may simply be tried again."""
    return "TransactionConflict" in {reason.code for reason in error.cancellation_reasons if reason}


def failed_conditions(error: TransactWriteError) -> set[int]:
    """Return the places in the transaction of the items whose condition failed."""
    reasons = enumerate(error.cancellation_reasons)
    return {place for place, reason in reasons if reason and reason.code == "ConditionalCheckFailed"}


def put_new(row: Row) -> bool:
    """Write a row unless its key exists; returns whether it was written now."""
    try:
        row.save(condition=Row.pk.does_not_exist())
    except PutError as error:
        if lost(error):
            return False
        raise
    return True
