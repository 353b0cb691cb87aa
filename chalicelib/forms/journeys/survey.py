"""Three questions after a step: was it clear, were you treated fairly, do you trust it."""

from __future__ import annotations

from chalicelib.forms.fields import Choice, Words
from chalicelib.forms.journey import Journey, Page

SCORES = ("5", "4", "3", "2", "1")
QUESTIONS = ("clear", "fair", "trust")

SURVEY = Journey(
    name="survey",
    letter="V",
    pages=(
        Page("about", (Choice("about"),)),
        Page("view", tuple(Choice(question, SCORES) for question in QUESTIONS)),
        Page("comment", (Words("comment", most=500),)),
    ),
)
