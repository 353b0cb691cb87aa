"""Asking for a review of a decision on a complaint: which one, and what should be looked at again."""

from __future__ import annotations

from chalicelib.forms.fields import Choice, Words
from chalicelib.forms.journey import Journey, Page

REVIEW = Journey(
    name="review",
    letter="K",
    pages=(Page("which", (Choice("complaint"),)), Page("why", (Words("why", 500, required=True),))),
)
