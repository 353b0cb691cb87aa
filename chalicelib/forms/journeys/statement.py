"""Stating one's case in writing, for the mediator and the other side to read."""

from __future__ import annotations

from chalicelib.forms.fields import Words
from chalicelib.forms.journey import Journey, Page

STATEMENT = Journey(
    name="statement", letter="S", pages=(Page("statement", (Words("text", 4000, required=True),)),)
)
