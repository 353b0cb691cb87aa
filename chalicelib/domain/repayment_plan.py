"""A repayment plan: instalments that sum to the agreed total, to the last minor unit (invariant 16)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from chalicelib.domain.errors import AmountMismatch
from chalicelib.domain.rules import months_later


class InstalmentState(StrEnum):
    """How an instalment stands on a day."""

    PAID = "PAID"
    DUE = "DUE"
    OVERDUE = "OVERDUE"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of a plan: `amount` and what is `paid` of it in minor units, due by the end of `due`."""

    number: int
    due: date
    amount: int
    paid: int = 0

    @property
    def open(self) -> int:
        """Minor units still to be paid of it."""
        return max(0, self.amount - self.paid)

    def state(self, today: date) -> InstalmentState:
        """Return how it stands on `today`, the borrower's own day."""
        if not self.open:
            return InstalmentState.PAID
        return InstalmentState.OVERDUE if self.due < today else InstalmentState.DUE


@dataclass(frozen=True, slots=True)
class RepaymentPlan:
    """What is to be paid and when; a single instalment is a lump sum. The highest `sequence` is in force.

    `generation` counts the plans agreed one after another, `since` (UTC) is when this one was: a payment made
    before is none of it. Each payment makes a state with the next sequence.

    Raises AmountMismatch unless the instalments sum to `total` (invariant 16), ValueError unless they are
    numbered from 1, each positive and later than the one before.
    """

    currency: str
    total: int
    instalments: tuple[Instalment, ...]
    sequence: int = 0
    generation: int = 1
    since: datetime | None = None

    def __post_init__(self) -> None:
        found = sum(each.amount for each in self.instalments)
        if found != self.total:
            raise AmountMismatch(f"instalments sum to {found} but {self.total} is agreed (minor units)")
        if [each.number for each in self.instalments] != list(range(1, len(self.instalments) + 1)):
            raise ValueError("instalments are numbered from 1")
        if any(each.amount <= 0 for each in self.instalments):
            raise ValueError("each instalment must be positive")
        if any(after.due <= before.due for before, after in pairwise(self.instalments)):
            raise ValueError("each instalment must fall due after the one before")

    @property
    def is_lump_sum(self) -> bool:
        """Whether all is paid at once."""
        return len(self.instalments) == 1

    @property
    def remaining(self) -> int:
        """Minor units still to be paid."""
        return sum(each.open for each in self.instalments)

    @property
    def next_due(self) -> Instalment | None:
        """The first instalment not wholly paid, None when all are."""
        return next((each for each in self.instalments if each.open), None)

    def following(self, before: RepaymentPlan | None) -> RepaymentPlan:
        """Return this plan as what supersedes `before`: the next generation, its first state."""
        if before is None:
            return self
        return replace(self, sequence=before.sequence + 1, generation=before.generation + 1)


def monthly(currency: str, total: int, count: int, first_due: date) -> RepaymentPlan:
    """Return a plan of `count` equal instalments, a month apart; the last carries the remainder.

    Raises ValueError when there are fewer minor units than instalments, or none.
    """
    if not 1 <= count <= total:
        raise ValueError(f"{total} minor units cannot be {count} instalments")
    each = total // count
    amounts = [each] * (count - 1) + [total - each * (count - 1)]
    return RepaymentPlan(
        currency,
        total,
        tuple(
            Instalment(place + 1, months_later(first_due, place), amount)
            for place, amount in enumerate(amounts)
        ),
    )
