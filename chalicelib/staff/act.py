"""An act of the staff as data: who may, where it shows, what it asks, what it does."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Field
from chalicelib.forms.journey import Page
from chalicelib.staff.desk import Answers, Desk


class On(StrEnum):
    """What an act is done to; its name is found by this kind of reference."""

    CASE = "case"
    COMPLAINT = "complaint"
    PERSON = "person"
    TALK = "talk"


Offered = Callable[[str, datetime, str], Mapping[str, Mapping[str, str]]]
"""What only the moment offers to choose from, by field: codes with how each reads in a language
(empty: as in the form)."""
FourEyes = Callable[[Desk, str, Answers], bool]
"""Whether what was answered takes a second person."""


def nothing_offered(about: str, now: datetime, language: str) -> Mapping[str, Mapping[str, str]]:
    """Offer nothing: every choice of the form is fixed."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. `statuses` are those in which it shows (empty: all); the act itself checks them once more.

    `run` takes the desk, the name of what it is done to (a case id, a reference, an id) and the answers. With
    `four_eyes` it is proposed first, and a second person who holds APPROVE carries it out; a callable says
    for which answers. `own`: a case's own mediator alone. `term`: a term of the case's profile without which
    there is no such act.
    """

    name: str
    on: On
    permission: Permission
    run: Callable[[Desk, str, Answers], object]
    statuses: frozenset[str] = frozenset()
    fields: tuple[Field, ...] = ()
    offered: Offered = nothing_offered
    four_eyes: bool | FourEyes = False
    own: bool = False
    term: str = ""

    @property
    def page(self) -> Page:
        """The act's form."""
        return Page(self.name, self.fields)

    def asks_two(self, desk: Desk, about: str, answers: Answers) -> bool:
        """Whether a second person has to approve it with these answers, by what is on record now."""
        return self.four_eyes(desk, about, answers) if callable(self.four_eyes) else self.four_eyes

    def shows(self, status: str, terms: Container[str] = ()) -> bool:
        """Whether it fits where its case or complaint stands, and under which `terms` of the law it does."""
        return (not self.statuses or status in self.statuses) and (not self.term or self.term in terms)
