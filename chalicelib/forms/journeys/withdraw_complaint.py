"""Taking a complaint back in writing: which one, that he means it, and why if he likes."""

from __future__ import annotations

from chalicelib.forms.fields import Choice, Choices, Words
from chalicelib.forms.journey import Journey, Page

WITHDRAW_COMPLAINT = Journey(
    name="withdraw_complaint",
    letter="T",
    pages=(
        Page("which", (Choice("complaint"),)),
        Page("sure", (Choices("sure", ("UNDERSTOOD",), least=1),)),
        Page("why", (Words("why", 500),)),
    ),
)
