"""A repayment arrangement: what is owed, what is waived of it, and the plan that pays the rest (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from chalicelib.domain.errors import AmountMismatch
from chalicelib.domain.money import Amount
from chalicelib.domain.repayment_plan import RepaymentPlan


class Way(StrEnum):
    """How a debt is arranged; the order is that in which equal offers are shown."""

    INSTALMENTS = "INSTALMENTS"
    GRACE = "GRACE"
    DEFERRAL = "DEFERRAL"
    EXTENSION = "EXTENSION"
    WAIVER = "WAIVER"
    PRINCIPAL_REDUCTION = "PRINCIPAL_REDUCTION"
    REAMORTISATION = "REAMORTISATION"
    LUMP_SUM = "LUMP_SUM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Minor units of each component of a debt, none negative; raises ValueError otherwise."""

    principal: int = 0
    interest: int = 0
    fees: int = 0
    penalty: int = 0

    def __post_init__(self) -> None:
        if min(self.principal, self.interest, self.fees, self.penalty) < 0:
            raise ValueError("no component of a debt is negative")

    @property
    def total(self) -> int:
        """Minor units of all components."""
        return self.principal + self.interest + self.fees + self.penalty

    def share(self, percents: Mapping[str, int]) -> Parts:
        """Return so many percent of each component (of one not named: none), rounded down."""
        return Parts(**{name: part * percents.get(name, 0) // 100 for name, part in asdict(self).items()})

    def within(self, other: Parts) -> bool:
        """Whether no component is more than the other's."""
        return all(part <= getattr(other, name) for name, part in asdict(self).items())


def still_owed(amount: Amount) -> Parts:
    """Return what is owed of each component once payments are set off; the parts sum to the total.

    Payments go to fees, then to interest and penalty, then to principal (*policy*, in the order of the
    Civil Code of the PRC, art. 561).
    """
    left = amount.payments_credits
    parts = {}
    for name in ("fees", "interest", "penalty", "principal"):
        part = getattr(amount, name)
        paid = min(left, part)
        parts[name], left = part - paid, left - paid
    return Parts(**parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """What both sides may agree on: `waived` of `owed`, `interest` added over the term, the rest by `plan`.

    Raises AmountMismatch unless owed - waived + interest is the plan's total (invariant 16), ValueError when
    more is waived than owed, or the currencies differ.
    """

    way: Way
    owed: Amount
    plan: RepaymentPlan
    waived: Parts = Parts()
    interest: int = 0

    def __post_init__(self) -> None:
        if not self.waived.within(still_owed(self.owed)):
            raise ValueError("no more of a component can be waived than is owed")
        if self.owed.currency != self.plan.currency:
            raise ValueError("a debt is repaid in its own currency")
        agreed = self.owed.total - self.waived.total + self.interest
        if agreed != self.plan.total:
            raise AmountMismatch(f"{agreed} is agreed but the plan sums to {self.plan.total} (minor units)")

    @property
    def cost(self) -> int:
        """Minor units paid more than owed today; negative when less is paid."""
        return self.interest - self.waived.total

    @property
    def first_due(self) -> date:
        """The day of the first payment."""
        return self.plan.instalments[0].due

    @property
    def months(self) -> int:
        """How many payments there are: a month apart, so how many months they take."""
        return len(self.plan.instalments)
