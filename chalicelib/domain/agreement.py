"""A mediation agreement: one document, and who has signed that very document (invariant 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Party(StrEnum):
    """Who must sign (People's Mediation Law art. 29: both parties and the mediator)."""

    BORROWER = "BORROWER"
    CREDITOR = "CREDITOR"
    MEDIATOR = "MEDIATOR"


@dataclass(frozen=True, slots=True)
class Signature:
    """One party's signature under the document with this SHA-256 (hex), at a moment (UTC)."""

    party: Party
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What both sides agreed: `total` in minor units over `instalments` payments, the first on `first_due`.

    `digest` is the document's hash; a signature under any other raises ValueError (invariant 15). The
    highest `sequence` is in force.
    """

    reference: str
    sign_by: date
    currency: str
    total: int
    instalments: int
    first_due: date
    digest: str
    signatures: tuple[Signature, ...] = ()
    sequence: int = 0

    def __post_init__(self) -> None:
        if any(each.digest != self.digest for each in self.signatures):
            raise ValueError(f"agreement {self.reference}: a signature is under another document")

    def signed_at(self, party: Party) -> datetime | None:
        """Return when a party signed, None when it has not."""
        return next((each.at for each in self.signatures if each.party == party), None)

    @property
    def in_force_since(self) -> datetime | None:
        """When the last of all parties signed, None while one is missing."""
        moments = [self.signed_at(party) for party in Party]
        known = [moment for moment in moments if moment]
        return max(known) if len(known) == len(moments) else None
