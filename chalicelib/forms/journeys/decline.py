"""Not signing an agreement: he knows what it means, and says why if he likes."""

from __future__ import annotations

from chalicelib.forms.fields import Choices, Words
from chalicelib.forms.journey import Journey, Page

DECLINE = Journey(
    name="decline",
    letter="N",
    pages=(
        Page("sure", (Choices("sure", ("UNDERSTOOD",), least=1),)),
        Page("why", (Words("why", 500),)),
    ),
)
