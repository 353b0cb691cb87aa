"""Giving a mediation more time, which both sides must want."""

from __future__ import annotations

from chalicelib.forms.fields import Choices
from chalicelib.forms.journey import Journey, Page

EXTEND = Journey(
    name="extend", letter="E", pages=(Page("sure", (Choices("sure", ("UNDERSTOOD",), least=1),)),)
)
