"""A message in a mediation in writing: one page of free words."""

from __future__ import annotations

from chalicelib.forms.fields import Words
from chalicelib.forms.journey import Journey, Page

MESSAGE = Journey(name="message", letter="X", pages=(Page("text", (Words("text", 1500, required=True),)),))
