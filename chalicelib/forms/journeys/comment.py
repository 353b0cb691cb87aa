"""A comment on the draft of an agreement: one page of free words."""

from __future__ import annotations

from chalicelib.forms.fields import Words
from chalicelib.forms.journey import Journey, Page

COMMENT = Journey(name="comment", letter="K", pages=(Page("text", (Words("text", required=True),)),))
