"""Events taken in: a repeat is told from a conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.errors import EventConflict, NotFound
from chalicelib.store import events
from chalicelib.store.events import TakenEvent
from tests.samples import KEY, NOON
from tests.scene import Scene

EVENT = TakenEvent("ref-1", "demo-bank", "evt-1", "loan.overdue.v1", KEY, '{"名": 1}', "ab" * 32, NOON)


def test_an_event_reads_back_and_goes_when_its_time_is_over(scene: Scene) -> None:
    assert events.take(EVENT, expires=1_800_000_000) == EVENT
    assert events.get("ref-1") == EVENT
    row = next(row for row in scene.rows() if row["pk"]["S"] == "EVENT#ref-1")
    assert row["ttl"] == {"N": "1800000000"}


def test_the_same_event_again_answers_with_the_first(scene: Scene) -> None:
    events.take(EVENT, expires=1)
    again = replace(EVENT, received_at=NOON + timedelta(hours=1))
    assert events.take(again, expires=2) == EVENT
    assert events.get("ref-1").received_at == NOON


@pytest.mark.usefixtures("scene")
def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing() -> None:
    events.take(EVENT, expires=1)
    with pytest.raises(EventConflict, match="evt-1"):
        events.take(replace(EVENT, body="{}", sha256="cd" * 32), expires=1)
    assert events.get("ref-1") == EVENT


@pytest.mark.usefixtures("scene")
def test_an_unknown_reference_is_not_found() -> None:
    with pytest.raises(NotFound):
        events.get("ref-2")
