"""Asking for another plan: why an instalment cannot be paid, and what could be."""

from __future__ import annotations

from chalicelib.domain.codes import DelayReason
from chalicelib.forms.fields import Choice, Sum, Words
from chalicelib.forms.journey import Journey, Page
from chalicelib.forms.journeys.feedback import DISPUTED

WHY = tuple(reason for reason in DelayReason if reason not in DISPUTED)
"""Reasons why he cannot pay; one that says the debt is wrong is a dispute's."""

RENEGOTIATE = Journey(
    name="renegotiate",
    letter="N",
    pages=(
        Page("why", (Choice("why", WHY),), link="/my/form/dispute"),
        Page("offer", (Sum("monthly", required=False), Words("text", 500))),
    ),
)
