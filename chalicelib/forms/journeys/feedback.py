"""Feedback: why the payment is late, in the borrower's words, and whether he wants mediation."""

from __future__ import annotations

from chalicelib.domain.codes import DelayReason, Mode, Wish
from chalicelib.forms.fields import Choice, Words
from chalicelib.forms.journey import Answers, Journey, Page


def _wants_mediation(answers: Answers) -> bool:
    return answers.get("wish") == Wish.YES


FEEDBACK = Journey(
    name="feedback",
    letter="F",
    pages=(
        Page("reason", (Choice("reason", tuple(DelayReason)),)),
        Page("words", (Words("text"),)),
        Page("mediation", (Choice("wish", tuple(Wish)),)),
        Page("mode", (Choice("mode", tuple(Mode)),), asked=_wants_mediation),
    ),
)
