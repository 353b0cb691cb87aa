"""The whole timeline: what the head records and what the rows do, as one story."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.store import facts, timeline
from chalicelib.store.facts import Fact
from tests.samples import CASE_ID, NOON, case
from tests.scene import Scene


def test_opening_first_close_last_and_the_facts_between(scene: Scene) -> None:
    end = NOON + timedelta(days=14)
    facts.append(Fact(CASE_ID, FactKind.SENT, NOON, ("first_notice", "SMS")))
    closed = case(
        status=CaseStatus.CLOSED, outcome=Outcome.NO_RESPONSE, closed_at=end, closed_reason="no answer"
    )
    story = timeline.of(closed)
    assert [(fact.kind, fact.at) for fact in story] == [
        (FactKind.OPENED, NOON),
        (FactKind.SENT, NOON),
        (FactKind.CLOSED, end),
    ]
    assert story[0].detail["event"] == "evt-overdue-0001"
    assert story[-1].detail == {"outcome": "NO_RESPONSE", "reason": "no answer"}


def test_an_open_case_has_no_end(scene: Scene) -> None:
    assert [fact.kind for fact in timeline.of(case())] == [FactKind.OPENED]
