"""Where somebody stands in a journey: what he has answered, what he sees, and where it goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
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
    """Where somebody stands in a journey: the act, what he has answered so far, whether it was sent."""

    visit: Visit
    act: Act
    root: str
    draft_id: str
    answered: PageAnswers
    sent: bool

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
        fields = [field for page in pages for field in page.fields]
        if any(isinstance(field, Choice | Choices) and not field.codes for field in fields):
            given = replace(given, offers=self.act.offers(self.visit))
        if any(field.kind in _OF_THE_CASE for field in fields):
            today, currency = views.today_and_currency(self.visit)
            given = replace(given, today=today, currency=currency)
        return Shown(self.t, given, self.visit.language)

    def submission(self) -> Submission:
        """Return the answers as they are sent."""
        journey = self.act.journey
        name, answers = reference(journey.letter, self.draft_id), journey.answers(self.answered)
        return Submission(self.draft_id, journey.name, name, answers, self.visit.wiring.clock())


def leg_of(visit: Visit, journey: str, root: str) -> Leg:
    """Return where the visitor stands in a journey; raises NotFound for one he may not go."""
    from chalicelib.store import drafts

    act = act_of(journey, guest=root == OPEN)
    draft = drafts.get(visit.subject, journey, visit.wiring.clock())
    if draft is None:
        return Leg(visit, act, root, "", {}, sent=False)
    if draft.sent_at:
        return Leg(visit, act, root, draft.id, draft.answered, sent=True)
    standing = act.journey.standing(draft.answered, lambda: act.offers(visit))
    return Leg(visit, act, root, draft.id, standing, sent=False)
