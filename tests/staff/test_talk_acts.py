"""Lectures and the staff's trainings: announced once, called off, attended; a training is not public."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from chalicelib.domain.directory import Proof
from chalicelib.domain.errors import NotFound, NotInRole, NotNow
from chalicelib.forms.fields import Value
from chalicelib.staff.acts import ACTS, Result
from chalicelib.staff.talk_acts import TALK_ACTS
from chalicelib.store import directory, talks
from tests.mediation.test_assign import LI_JING
from tests.scene import Scene
from tests.staff.office import ANNA, AUDITOR, BANK, BOSS, CLERK, MEDIATOR, do

TALK: dict[str, Value] = {
    **{f"{name}_zh-CN": "还款与调解" for name in ("title", "about", "how")},
    **{f"{name}_en": "Repayment and mediation" for name in ("title", "about", "how")},
    "audience": "EVERYBODY",
    "language": "zh-CN",
    "time": "2026-12-02 14:00",
    "zone": "Asia/Shanghai",
    "minutes": "60",
    "seats": "40",
}
ID = hashlib.sha256(b"form-key-0001").hexdigest()[:8]


@pytest.mark.parametrize("actor", [MEDIATOR, BANK, ANNA, AUDITOR], ids=lambda one: one.name)
@pytest.mark.parametrize("name", [one.name for one in TALK_ACTS])
def test_nobody_else_acts_on_lectures(scene: Scene, actor: object, name: str) -> None:
    do(scene, CLERK, "announce_talk", "new", **TALK)
    before = scene.rows()
    with pytest.raises(NotInRole):
        do(scene, actor, name, "new" if name == "announce_talk" else ID)  # type: ignore[arg-type]
    assert scene.rows() == before


def test_a_lecture_is_announced_once_and_called_off_once(scene: Scene) -> None:
    assert do(scene, CLERK, "announce_talk", "new", **TALK) == Result.DONE
    assert do(scene, CLERK, "announce_talk", "new", **TALK) == Result.DONE_BEFORE
    (found,) = talks.public()
    assert (found.id, found.starts_at.isoformat()) == (ID, "2026-12-02T06:00:00+00:00")
    assert do(scene, BOSS, "cancel_talk", ID) == Result.DONE
    assert do(scene, BOSS, "cancel_talk", ID) == Result.DONE_BEFORE
    assert talks.get(ID).cancelled


def test_no_lecture_is_announced_for_a_time_that_lies_behind(scene: Scene) -> None:
    with pytest.raises(NotNow, match="behind"):
        do(scene, BOSS, "announce_talk", "new", **TALK | {"time": "2026-11-02 14:00"})
    assert talks.every() == []


def test_a_training_of_the_staff_is_in_no_public_list(scene: Scene) -> None:
    do(scene, CLERK, "announce_talk", "new", **TALK | {"audience": "STAFF"})
    assert talks.public() == []
    with pytest.raises(NotFound):
        talks.get_public(ID)
    assert [one.id for one in talks.every()] == [ID]


def test_who_attended_a_training_has_it_on_record_once(scene: Scene) -> None:
    directory.put(replace(LI_JING, id="m-1", records=()))
    directory.put(replace(LI_JING, id="m-2", records=()))
    do(scene, CLERK, "announce_talk", "new", **TALK | {"audience": "STAFF"})
    assert list(ACTS["attended"].offered(ID, scene.road.clock.now, "en")["people"]) == ["m-1", "m-2"]
    there: dict[str, Value] = {"people": ["m-1"], "valid_until": "2027-12-02"}
    with pytest.raises(NotNow, match="still to come"):
        do(scene, CLERK, "attended", ID, **there)
    scene.road.clock.advance(days=10)
    assert do(scene, CLERK, "attended", ID, **there) == Result.DONE
    assert do(scene, CLERK, "attended", ID, **there) == Result.DONE_BEFORE
    (record,) = directory.get("m-1").records
    assert (record.proof, record.name, record.passed_on.isoformat()) == (
        Proof.TRAINING, "还款与调解", "2026-12-02",
    )  # fmt: skip
    assert directory.get("m-2").records == ()


def test_a_lecture_for_everybody_is_no_training(scene: Scene) -> None:
    directory.put(replace(LI_JING, id="m-1", records=()))
    do(scene, CLERK, "announce_talk", "new", **TALK)
    scene.road.clock.advance(days=10)
    with pytest.raises(NotNow, match="for everybody"):
        do(scene, CLERK, "attended", ID, people=["m-1"], valid_until="2027-12-02")
    assert directory.get("m-1").records == ()
