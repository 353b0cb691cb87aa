"""Complaining: about what, about whom, what happened and what is wanted; a stranger says how to reach him."""

from __future__ import annotations

from chalicelib.domain.complaint import Category
from chalicelib.forms.fields import Choice, Line, Words
from chalicelib.forms.journey import Journey, Page
from chalicelib.forms.reachable import telephone_or_email

_PAGES = (
    Page("category", (Choice("category", tuple(Category)),)),
    Page(
        "happened", (Line("about", required=False), Line("when", required=False), Words("text", 2000, True))
    ),
    Page("wanted", (Words("wanted", 500),)),
)
_YOU = Page(
    "you",
    (
        Line("contact", check=telephone_or_email),
        Line("name", 60, required=False, autocomplete="name"),
        Line("case_reference", 40, required=False),
    ),
)

COMPLAIN = Journey(name="complain", letter="C", pages=_PAGES)
COMPLAIN_OPEN = Journey(name="complain", letter="C", pages=(*_PAGES, _YOU))
"""What a stranger is asked: of him nothing is known, and nothing he names is shown to him."""
