"""A mediation agreement: one document, and who has signed that very document (invariant 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.rules import Rule


class Party(StrEnum):
    """Who must sign (People's Mediation Law art. 29: both parties and the mediator)."""

    BORROWER = "BORROWER"
    CREDITOR = "CREDITOR"
    MEDIATOR = "MEDIATOR"


class Effect(StrEnum):
    """What makes an agreement bind: the last signature, or the institution's seal after it."""

    SIGNED = "SIGNED"
    SEALED = "SEALED"


class EffectRule(NamedTuple):
    """When an agreement takes effect in a jurisdiction, and the rule that says so."""

    rule: Rule
    on: Effect


@dataclass(frozen=True, slots=True)
class Signature:
    """One party's signature under the document with this SHA-256 (hex), at a moment (UTC)."""

    party: Party
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What both sides agreed: `total` in minor units over `instalments` payments, the first on `first_due`.

    `digest` is the document's hash; a signature under any other raises ValueError (invariant 15). It binds
    by its `effect`: once all have signed, or once it is sealed too. The highest `sequence` counts. It rests
    on the balance of `balance_at` (UTC): what is paid after that is paid on its plan.
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
    effect: Effect = Effect.SIGNED
    sealed_at: datetime | None = None
    balance_at: datetime | None = None

    def __post_init__(self) -> None:
        if any(each.digest != self.digest for each in self.signatures):
            raise ValueError(f"agreement {self.reference}: a signature is under another document")

    def signed_at(self, party: Party) -> datetime | None:
        """Return when a party signed, None when it has not."""
        return next((each.at for each in self.signatures if each.party == party), None)

    @property
    def signed_by_all_at(self) -> datetime | None:
        """When the last of all parties signed, None while one is missing."""
        known = [moment for moment in map(self.signed_at, Party) if moment]
        return max(known) if len(known) == len(Party) else None

    @property
    def in_force_since(self) -> datetime | None:
        """Since when it binds, None as long as it does not."""
        signed = self.signed_by_all_at
        if signed and self.effect == Effect.SEALED:
            return max(signed, self.sealed_at) if self.sealed_at else None
        return signed
