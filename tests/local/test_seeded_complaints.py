"""The seeded complaints on a desk of their own: made by the product's acts, and on the handlers' worklist."""

from __future__ import annotations

import json

from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.staff import worklist
from chalicelib.store import complaints
from infra.local import seed
from infra.local.complaints import complain
from tests.complaints.desk import Desk
from tests.scene import Scene, deployment, scene

__all__ = ["deployment", "scene"]

BORROWERS, STRANGERS = "C-K4RB-WQ7N", "C-P7HC-3VZ5"
HANDLER = Actor("h-1", "Hana", frozenset({Role.COMPLAINT_HANDLER}))


def test_both_stand_on_the_desk_and_wait_for_their_decision(scene: Scene) -> None:
    desk = Desk(scene)
    (loan,) = [each for each in seed.loans(desk.now) if each["subject"] == "DB-2024-000320"]
    scene.carry_out(scene.take(json.dumps(loan).encode()).reference)
    complain(seed.complaints(), desk.now)
    desk.run()
    shown = {each.reference for each in worklist.page(HANDLER, {"kind": "complaint"}, desk.now).items}
    assert {BORROWERS, STRANGERS} <= shown
    found = [complaints.require(each) for each in (BORROWERS, STRANGERS)]
    assert [one.case_id is None for one in found] == [False, True]
    assert {one.status for one in found} == {ComplaintStatus.ACKNOWLEDGED}
    assert all(one.said["text"] and one.said["wanted"] for one in found)
