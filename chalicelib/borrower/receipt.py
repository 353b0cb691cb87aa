"""The confirmation of an answer: which step sends it, and whether the borrower can get it."""

from __future__ import annotations

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.profile import Step

RECEIPT = "feedback_receipt"


def receipt_step(case: Case) -> Step | None:
    """Return the step that confirms a case's answer; None when no channel of it reaches the borrower."""
    step = profiles.of_version(case.profile, case.profile_version).step_named(RECEIPT)
    reachable = any(case.borrower.address(channel) for channel in (*step.channels, *step.fallback))
    return step if reachable else None
