"""Where somebody stands in a journey: what he has answered, what he sees, and where it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from chalice import Response

from chalicelib.api import views
from chalicelib.api.acts import Act, act_of
from chalicelib.api.pages import words_of
from chalicelib.api.shown import Shown
from chalicelib.api.visit import Visit
from chalicelib.forms.fields import Choice, Choices, Given
from chalicelib.forms.journey import Page, PageAnswers, Submission, reference

MINE, OPEN = "/my/form", "/open/form"
_OF_THE_CASE = frozenset({"sum", "day"})  # kinds of field that rest on the case's currency and zone


@dataclass(frozen=True, slots=True)
class Leg:
    """Where somebody stands in a journey: the act, what he has answered so far, whether it was sent.

    `settled` are the answers of pages he is not asked, kept with the first that he gives.
    """

    visit: Visit
    act: Act
    root: str
    draft_id: str
    answered: PageAnswers
    sent: bool
    settled: PageAnswers = field(default_factory=dict)

    @property
    def first(self) -> Page:
        """The first page he is asked."""
        return next(page for page in self.act.journey.pages if page.name not in self.settled)

    def before(self, page: Page) -> Page | None:
        """Return the page he is asked before `page`, or None for the first."""
        return None if page == self.first else self.act.journey.before(page, self.answered)

    @property
    def t(self) -> dict[str, Any]:
        """The journey's words."""
        return words_of(f"journeys/{self.act.journey.name}", self.visit.language)

    def at(self, page: str) -> str:
        """Return the path of one of the journey's pages."""
        return f"{self.root}/{self.act.journey.name}/{page}"

    def go(self, page: Page | None) -> Response:
        """Go to a question, or to the check when none is left."""
        return self.visit.go(self.at(page.name if page else "check"))

    def gate(self) -> Response | None:
        """Return the page shown instead of the journey's, if any; one under way is stopped at its check."""
        return self.act.gate(self.visit) if self.sent or not self.answered else None

    def shown(self, *pages: Page) -> Shown:
        """Return the fields of some pages as the visitor sees them; only some need the case to be read."""
        given = Given(date.min, "")
        fields = [each for page in pages for each in page.fields]
        if any(isinstance(each, Choice | Choices) and not each.codes for each in fields):
            given = replace(given, offers=self.act.offers(self.visit))
        if any(each.kind in _OF_THE_CASE for each in fields):
            today, currency = views.today_and_currency(self.visit)
            given = replace(given, today=today, currency=currency)
        by_day = self.act.by_day and partial(self.act.by_day, self.visit)
        return Shown(self.t, given, self.visit.language, by_day)

    def submission(self) -> Submission:
        """Return the answers as they are sent."""
        journey = self.act.journey
        name, answers = reference(journey.letter, self.draft_id), journey.answers(self.answered)
        return Submission(self.draft_id, journey.name, name, answers, self.visit.wiring.clock())


def leg_of(visit: Visit, journey: str, root: str) -> Leg:
    """Return where the visitor stands in a journey; raises NotFound for one he may not go."""
    from chalicelib.store import drafts

    act = act_of(journey, guest=root == OPEN)
    settled = act.settled(visit)
    draft = drafts.get(visit.subject, journey, visit.wiring.clock())
    if draft is None:
        return Leg(visit, act, root, "", {}, sent=False, settled=settled)
    if draft.sent_at:
        return Leg(visit, act, root, draft.id, draft.answered, sent=True, settled=settled)
    standing = act.journey.standing(draft.answered, lambda: act.offers(visit))
    return Leg(visit, act, root, draft.id, standing, sent=False, settled=settled)
