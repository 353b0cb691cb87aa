"""What a borrower answered in a journey, read again from the fact that keeps it."""

from __future__ import annotations

from chalicelib.api.acts import act_of
from chalicelib.api.opened import Opened
from chalicelib.api.pages import words_of
from chalicelib.api.shown import Shown
from chalicelib.borrower.submissions import JOURNEYS
from chalicelib.forms.fields import Given
from chalicelib.store.facts import Fact


def answered_rows(opened: Opened, fact: Fact) -> list[tuple[str, str]]:
    """Return what was asked and answered, in the order of the pages; what was left out is left out."""
    name, visit, case = JOURNEYS[fact.kind], opened.visit, opened.mine.stand.case
    act = act_of(name, guest=False)
    given = Given(opened.mine.stand.today, case.amount.currency, act.kept(visit, fact.detail))
    shown = Shown(words_of(f"journeys/{name}", visit.language), given, visit.language)
    rows = []
    for page in act.journey.pages:
        for field in page.fields:
            if field.name in fact.detail:
                words = shown.words(page, field)
                label = words.get("short", words["label"])
                rows.append((label, shown.text(field, fact.detail[field.name], words)))
    return list(dict.fromkeys(rows))
