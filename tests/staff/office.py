"""The office of these tests: its members, and their acts as the product carries them out."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.borrower import questions
from chalicelib.borrower.dispute import take_off_the_list
from chalicelib.domain.actor import Actor, Role
from chalicelib.forms.fields import Value
from chalicelib.staff import acts
from chalicelib.staff.acts import ACTS, Result
from chalicelib.staff.desk import Desk
from tests.samples import CASE_ID
from tests.scene import Scene


def member(name: str, *roles: Role, lender: str = "") -> Actor:
    """Return somebody of the staff."""
    return Actor(name, name.title(), frozenset(roles), lender, f"{name}@office.example")


CLERK = member("clerk", Role.CASE_STAFF)
MEDIATOR = member("m-1", Role.MEDIATOR)
STRANGER = member("m-2", Role.MEDIATOR)
BANK = member("bank", Role.BANK_REPRESENTATIVE, lender="demo-bank")
OTHER_BANK = member("other", Role.BANK_REPRESENTATIVE, lender="other-bank")
ANNA = member("anna", Role.COMPLAINT_HANDLER)
BOSS = member("boss", Role.SUPERVISOR)
BOSS_TOO = member("boss-too", Role.SUPERVISOR)
AUDITOR = member("auditor", Role.AUDITOR)
EVERYBODY = (CLERK, MEDIATOR, STRANGER, BANK, OTHER_BANK, ANNA, BOSS, AUDITOR)


def desk(scene: Scene, actor: Actor, key: str = "form-key-0001") -> Desk:
    """Return what an act of a member is carried out with now."""
    return Desk(
        actor=actor,
        now=scene.road.clock.now,
        timers=scene.wiring.timers,
        key=key,
        answer=questions.answer,
        dispute_answered=take_off_the_list,
        papers=scene.wiring.papers,
    )


def do(scene: Scene, actor: Actor, name: str, about: str = str(CASE_ID), **answers: Value) -> Result:
    """Let a member send an act's form."""
    return acts.send(ACTS[name], desk(scene, actor), about, answers)


def approve(scene: Scene, actor: Actor, proposal: str = "form-key-0001") -> Result:
    """Let a member approve a proposal."""
    return acts.approve(proposal, replace(desk(scene, actor), key=""))
