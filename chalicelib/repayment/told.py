"""What a borrower is told about his plan: which message, and about which instalment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.repayment_plan import Instalment, RepaymentPlan
from chalicelib.notices import purposes as shown_values
from chalicelib.store import plans
from chalicelib.timers import Timers

REMINDER = "instalment_reminder"
LATE = "instalment_late"
BREACHED = "plan_breached"
COMPLETED = "plan_completed"
COURT = "court_reminder"
OF_INSTALMENTS = (REMINDER, LATE, BREACHED)
"""The messages about one instalment; each is needless once that is paid."""


def tell(case: Case, message: Message, at: datetime, now: datetime, timers: Timers) -> None:
    """Set a message going that fell due at `at`, once."""
    begin(case, message.step, at, now, timers)


def begin(case: Case, name: str, at: datetime, now: datetime, timers: Timers) -> None:
    """Set a message going by its name, once; one that is too late to be of use is not begun."""
    step = profiles.of_version(case.profile, case.profile_version).step_named(name)
    if now < at + timedelta(seconds=step.useful):
        timers.deliver(case.id, step.name, step.patience, at)


@dataclass(frozen=True, slots=True)
class Message:
    """A message by what it says, of which of a case's plans, and about which instalment (0: about none)."""

    kind: str
    generation: int
    number: int = 0

    @property
    def step(self) -> str:
        """The name it is sent under: `instalment_reminder-1_3`."""
        return f"{self.kind}-{self.generation}_{self.number}"

    @classmethod
    def of(cls, step: str) -> Message | None:
        """Return the message about an instalment that is sent under a name; None when it is about none."""
        kind, _, which = step.partition("-")
        if kind not in OF_INSTALMENTS:
            return None
        generation, _, number = which.partition("_")
        return cls(kind, int(generation), int(number))

    def instalment(self, plan: RepaymentPlan | None) -> Instalment | None:
        """Return the instalment it is about in the plan as it now stands; None when that is superseded."""
        if plan is None or plan.generation != self.generation:
            return None
        return plan.instalments[self.number - 1]


def is_needless(case: Case, step: str) -> bool:
    """Whether a message is about an instalment that is paid by now, or of a plan that is superseded."""
    message = Message.of(step)
    if message is None:
        return False
    found = message.instalment(plans.get(case.id))
    return found is None or not found.open


def shown(case: Case, step: str) -> shown_values.Instalment | None:
    """Return what a message says of its instalment: what is open of it now, and when it is due."""
    message = Message.of(step)
    plan = plans.get(case.id) if message else None
    found = message.instalment(plan) if message else None
    if plan is None or found is None:
        return None
    return shown_values.Instalment(found.number, len(plan.instalments), found.open or found.amount, found.due)
