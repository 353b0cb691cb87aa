"""Disputing the amount or the debt: what is not right, and what he knows of it."""

from __future__ import annotations

from chalicelib.domain.dispute import DisputeKind
from chalicelib.forms.fields import Choice, Day, Line, Sum, Words
from chalicelib.forms.journey import Answers, Journey, Page


def _is_amount(answers: Answers) -> bool:
    return answers.get("kind") == DisputeKind.AMOUNT_WRONG


def _is_paid(answers: Answers) -> bool:
    return answers.get("kind") == DisputeKind.ALREADY_PAID


def _is_other(answers: Answers) -> bool:
    return answers.get("kind") == DisputeKind.OTHER


def _is_named(answers: Answers) -> bool:
    return not _is_other(answers)


DISPUTE = Journey(
    name="dispute",
    letter="D",
    pages=(
        Page("kind", (Choice("kind", tuple(DisputeKind)),)),
        Page("amount", (Sum("right_amount", required=False),), asked=_is_amount),
        Page(
            "paid",
            (
                Day("paid_on", required=False, last=0),
                Sum("paid_amount", required=False, least=1),
                Line("paid_how", required=False),
            ),
            asked=_is_paid,
        ),
        Page("words", (Words("text"),), asked=_is_named),
        Page("other", (Words("text", required=True),), asked=_is_other),
    ),
)
