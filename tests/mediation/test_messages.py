"""The borrower is told that a message waits for him: once an hour, and nothing of what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from chalicelib.borrower.apply import Apply
from chalicelib.domain.actor import Actor
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind, Stage
from chalicelib.domain.errors import NotNow
from chalicelib.domain.moments import stamp
from chalicelib.forms.journey import Submission
from chalicelib.mediation import messages, standing
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.messages import write
from chalicelib.staff import acts
from chalicelib.store import cases
from chalicelib.store.facts import Fact
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import BANK, MEDIATOR, desk

SECRET = "Between us: 300 a month."


@pytest.fixture
def accepted(scene: Scene) -> Scene:
    scene.accept()
    now = scene.road.clock.now
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "", "W-a", {"mode": "TELEPHONE"}, now))
    Accept(scene.wiring.timers)(CASE_ID, "staff-1", now)
    return scene


@pytest.fixture
def talking(accepted: Scene) -> Scene:
    """A case whose mediator was assigned a moment ago."""
    case, now = cases.get(CASE_ID), accepted.road.clock.now
    assigned = standing.at(replace(case, mediator="m-1"), CaseStatus.ASSIGNED, now)
    standing.move(case, assigned, Fact(CASE_ID, FactKind.ASSIGNED, now, ("01",), {"mediator": "m-1"}))
    return accepted


def _says(scene: Scene, key: str, minutes: int = 0, actor: Actor = MEDIATOR) -> None:
    """Let somebody of the staff write a message, so many minutes after the last thing that happened."""
    scene.road.clock.advance(minutes=minutes)
    found = desk(scene, actor, key)
    acts.send(acts.ACTS["write_message"], found, str(CASE_ID), {"text": SECRET})


def _told(scene: Scene) -> list[str]:
    names = (name.removeprefix(f"{CASE_ID}-") for name in scene.machine.statuses)
    return sorted(name for name in names if name.startswith(messages.NEWS))


def _leaves(scene: Scene, number: int) -> list[str]:
    """Let a notice leave now; returns what the borrower got."""
    before = len(scene.sms.sent)
    at = stamp(scene.road.clock.now)
    scene.run(Stage.DELIVER, step=f"{messages.NEWS}-{number}", at=at)
    return [one.text for one in scene.sms.sent[before:]]


def test_he_is_told_once_an_hour(talking: Scene) -> None:
    _says(talking, "k1")
    assert _told(talking) == [f"{messages.NEWS}-1"]
    _says(talking, "k2", 30, BANK)
    _says(talking, "k3", 29)
    assert _told(talking) == [f"{messages.NEWS}-1"]
    _says(talking, "k4", 1)
    assert _told(talking) == [f"{messages.NEWS}-1", f"{messages.NEWS}-2"]


def test_what_he_writes_himself_is_not_told_to_him(talking: Scene) -> None:
    now = talking.road.clock.now
    write(CASE_ID, Party.BORROWER, "Hello.", "b1", "borrower", now)
    messages.tell_of(talking.case, "b1", talking.wiring.timers)
    assert _told(talking) == []
    _says(talking, "k1", 1)
    assert _told(talking) == [f"{messages.NEWS}-1"], "his own message keeps no other back"


def test_a_repeat_tells_what_was_not_told(talking: Scene) -> None:
    write(CASE_ID, Party.MEDIATOR, SECRET, "k1", "m-1", talking.road.clock.now)  # and died
    _says(talking, "k1", 5)
    assert len(talking.facts(FactKind.MESSAGE)) == 1
    assert _told(talking) == [f"{messages.NEWS}-1"]
    _says(talking, "k1", 5)
    assert _told(talking) == [f"{messages.NEWS}-1"]


def _says_and_is_lost(scene: Scene, minutes: int = 0, key: str = "k1") -> None:
    """A message is on record, and whoever wrote it learns that its notice could not be started."""
    scene.machine.failing["start_execution"] = "InternalServerError"
    with pytest.raises(ClientError):
        _says(scene, key, minutes)
    scene.machine.failing.clear()


def test_the_sweeper_tells_what_could_not_be_started(talking: Scene) -> None:
    _says_and_is_lost(talking)
    talking.road.clock.advance(minutes=5)
    talking.wiring.sweep()
    assert _told(talking) == [], "whoever wrote it may still be at it"
    talking.road.clock.advance(seconds=1)
    assert talking.wiring.sweep() == 1
    assert _told(talking) == [f"{messages.NEWS}-1"]
    assert len(_leaves(talking, 1)) == 1
    talking.machine.statuses[f"{CASE_ID}-{messages.NEWS}-1"] = "FAILED"
    talking.wiring.sweep()
    assert _told(talking) == [f"{messages.NEWS}-1"], "it left: nobody is told twice"


def test_the_sweeper_tells_the_last_of_those_that_were_lost_while_it_is_of_use(talking: Scene) -> None:
    _says_and_is_lost(talking)
    _says_and_is_lost(talking, 61, "k2")
    talking.road.clock.advance(days=3, minutes=1)
    talking.wiring.sweep()
    assert _told(talking) == []
    _says_and_is_lost(talking, 0, "k3")
    talking.road.clock.advance(minutes=6)
    talking.wiring.sweep()
    assert _told(talking) == [f"{messages.NEWS}-3"]


def test_invariant_24_the_notice_says_nothing_of_the_message(talking: Scene) -> None:
    _says(talking, "k1")
    (text,) = _leaves(talking, 1)
    assert "您的调解中有一条新消息" in text
    assert "/n/" in text
    assert not [word for word in ("Between", "300", "month") if word in text]


def test_of_two_that_wait_for_the_morning_the_later_leaves(talking: Scene) -> None:
    _says(talking, "k1")
    _says(talking, "k2", 61)
    assert _leaves(talking, 1) == []
    assert len(_leaves(talking, 2)) == 1


def test_before_somebody_mediates_nobody_writes(accepted: Scene) -> None:
    with pytest.raises(NotNow, match="nobody mediates"):
        write(CASE_ID, Party.BORROWER, "Hello.", "b1", "borrower", accepted.road.clock.now)
