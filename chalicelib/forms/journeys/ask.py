"""Asking about the process: a topic, what the guide says on it, and the question that is left."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.forms.fields import Choice, Words
from chalicelib.forms.journey import Answers, Journey, Page

TOPICS = (
    *("notice", "amount", "cannot_pay", "mediation", "refusing", "mediator"),
    *("agreement", "record", "privacy", "contact", "other"),
)
"""The pages of the guide; the last is for what it does not know. Each is offered by its page's heading."""


def _is_about(topic: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get("topic") == topic


ASK = Journey(
    name="ask",
    letter="Q",
    pages=(
        Page("topic", (Choice("topic"),)),
        *(Page(topic, (Words("text", required=True),), asked=_is_about(topic)) for topic in TOPICS),
    ),
)
