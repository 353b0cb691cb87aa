"""Objecting to the mediator: to whom, on which ground, and what makes him doubt."""

from __future__ import annotations

from chalicelib.forms.fields import Choice, Words
from chalicelib.forms.journey import Answers, Journey, Page

GROUNDS = ("CONFLICT", "BIAS", "LANGUAGE", "OTHER")


def _other(answers: Answers) -> bool:
    return answers.get("ground") == "OTHER"


def _named(answers: Answers) -> bool:
    return not _other(answers)


OBJECT = Journey(
    name="object",
    letter="B",
    pages=(
        Page("mediator", (Choice("mediator"),)),
        Page("ground", (Choice("ground", GROUNDS),)),
        Page("why", (Words("why", 500),), asked=_named),
        Page("other", (Words("why", 500, required=True),), asked=_other),
    ),
)
