"""Money: integers of minor units and an ISO 4217 code, never floats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib.domain.errors import AmountMismatch


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of money for a message to name."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{self.minor} minor units of {self.currency}"


@dataclass(frozen=True, slots=True)
class Amount:
    """An overdue amount with its components, in minor units, as of a date.

    Raises AmountMismatch unless principal + interest + fees + penalty - payments_credits = total
    (invariant 8).
    """

    currency: str
    total: int
    principal: int
    interest: int
    fees: int
    penalty: int
    payments_credits: int
    as_of: date

    def __post_init__(self) -> None:
        if self.sum_of_components != self.total:
            raise AmountMismatch(
                f"components sum to {self.sum_of_components} but total is {self.total} (minor units)"
            )

    @property
    def sum_of_components(self) -> int:
        """Minor units that the components add up to."""
        return self.principal + self.interest + self.fees + self.penalty - self.payments_credits

    @property
    def settled(self) -> bool:
        """Whether nothing is owed any more; contact stops only at zero (*policy*)."""
        return self.total <= 0
