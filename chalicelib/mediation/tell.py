"""Tells a borrower of his mediation: a message beside the rounds, seen delivered by its own machine."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.case import Case
from chalicelib.domain.profile import Step
from chalicelib.mediation.standing import profile_of
from chalicelib.timers import Timers


def tell(case: Case, name: str, timers: Timers, at: datetime) -> None:
    """Start the delivery of a message (`meeting_reminder-2`) that fell due at `at`, over what reaches him.

    A repeat starts nothing. Nobody is reached over an address he has not; then his page alone says it.
    """
    step = profile_of(case).step_named(name)
    if is_reachable(case, step):
        timers.deliver(case.id, name, step.patience, at)


def is_reachable(case: Case, step: Step) -> bool:
    """Whether the borrower has an address on a channel of a step."""
    return any(case.borrower.address(channel) for channel in (*step.channels, *step.fallback))
