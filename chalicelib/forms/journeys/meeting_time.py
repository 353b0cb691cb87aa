"""Choosing a time for the meeting: one of those that the mediator offers."""

from __future__ import annotations

from chalicelib.forms.fields import Choice
from chalicelib.forms.journey import Journey, Page

MEETING_TIME = Journey(name="meeting_time", letter="B", pages=(Page("time", (Choice("time"),)),))
