"""A dispute: what the borrower says is not right, and the hold that lays over his case."""

from __future__ import annotations

from enum import StrEnum

from chalicelib.domain.codes import HoldKind


class DisputeKind(StrEnum):
    """What is disputed."""

    AMOUNT_WRONG = "AMOUNT_WRONG"
    ALREADY_PAID = "ALREADY_PAID"
    NOT_MINE = "NOT_MINE"
    IDENTITY_THEFT = "IDENTITY_THEFT"
    FRAUD_VICTIM = "FRAUD_VICTIM"
    OTHER = "OTHER"


def hold_of(kind: DisputeKind) -> HoldKind:
    """Return the hold that lies over the case until the dispute is answered (profiles: `holds`)."""
    return HoldKind.IDENTITY_THEFT if kind == DisputeKind.IDENTITY_THEFT else HoldKind.DISPUTE
