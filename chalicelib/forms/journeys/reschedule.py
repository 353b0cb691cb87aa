"""Asking for other times: which would suit, and why."""

from __future__ import annotations

from chalicelib.forms.fields import Choices, Words
from chalicelib.forms.journey import Journey, Page

RESCHEDULE = Journey(
    name="reschedule",
    letter="R",
    pages=(Page("times", (Choices("times", least=1, most=24),)), Page("why", (Words("why", 500),))),
)
