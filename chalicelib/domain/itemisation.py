"""How a debt grew since its itemisation date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib.domain.errors import AmountMismatch


@dataclass(frozen=True, slots=True)
class Itemisation:
    """How a debt grew since its itemisation date (12 CFR 1006.34(b)(3), (c)(2)), in minor units.

    `creditor` is the one on that date, empty when he is still the same. Raises AmountMismatch from
    `require_sum` when the parts do not make the amount now owed.
    """

    on: date
    creditor: str
    balance: int
    interest: int = 0
    fees: int = 0
    payments_credits: int = 0

    def require_sum(self, total: int) -> None:
        """Raise AmountMismatch unless the balance and what came since sum to `total` (invariant 8)."""
        found = self.balance + self.interest + self.fees - self.payments_credits
        if found != total:
            raise AmountMismatch(f"the itemisation sums to {found} but total is {total} (minor units)")
