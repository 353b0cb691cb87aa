"""What is said in a session is in no bundle of a case, which is made for who collects."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.borrower.apply import Apply
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.forms.journey import Submission
from chalicelib.mediation import standing
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.messages import write
from chalicelib.mediation.schedule import Schedule
from chalicelib.mediation.session import Session
from chalicelib.notices.evidence.collect import collect
from chalicelib.store import cases, session_notes
from chalicelib.store.facts import Fact
from chalicelib.store.session_notes import Note
from tests.mediation.test_road import OFFER, WED
from tests.samples import CASE_ID
from tests.scene import Scene

SAID = ("I can pay 300 a month.", "He is afraid of his brother.", "His wife fell ill during the talk.")


@pytest.fixture
def held(scene: Scene) -> Scene:
    """A session in which both spoke, of which the mediator took a note, and which was adjourned."""
    scene.accept()
    timers, now = scene.wiring.timers, scene.road.clock.now
    Apply(timers)(CASE_ID, Submission("a", "", "W-a", {"mode": "TELEPHONE"}, now))
    Accept(timers)(CASE_ID, "staff-1", now)
    case = cases.get(CASE_ID)
    assigned = standing.at(replace(case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    standing.move(case, assigned, Fact(CASE_ID, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"}))
    Schedule(timers).offer(CASE_ID, OFFER, "m-1", now)
    Schedule(timers).book(CASE_ID, WED, now)
    session = Session(timers, lambda *_: [])
    session.open(CASE_ID, "m-1", WED)
    write(CASE_ID, Party.BORROWER, SAID[0], "m1", "", WED)
    session_notes.put(CASE_ID, Note("m-1", WED, SAID[1]), "n1")
    session.adjourn(CASE_ID, "m-1", SAID[2], WED + timedelta(hours=1))
    return scene


def _all(scene: Scene) -> str:
    found = collect(CASE_ID, scene.wiring.archive)
    parts = [json.dumps([one.kind, one.what, one.detail], default=str) for one in found.records]
    parts += [one.body.decode("utf-8", "replace") for one in found.records if one.body]
    return "\n".join([*parts, *(str(fact.detail) for _, fact in found.timeline)])


def test_invariant_24_the_bundle_of_a_case_holds_nothing_of_its_sessions(held: Scene) -> None:
    told = _all(held)
    assert not [said for said in SAID if said in told]
    assert re.search(r"SESSION.*01 opened", told), "that a session was held is told"
    assert "MESSAGE" not in told
