"""Two at once in a mediation, at a text to be signed, on a plan and over a complaint."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.borrower.apply import Apply
from chalicelib.domain.agreement import Party
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.forms.journey import Submission
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.extend import Extend
from chalicelib.mediation.schedule import Schedule
from chalicelib.store import directory
from tests import signing
from tests.faults import mediation_scenes as scenes
from tests.faults.mediation_scenes import LI_JING, OFFER, WED, countersign
from tests.faults.office import DONE, FORMS, Form, Office, digest_to_sign
from tests.faults.races import Race
from tests.faults.scenarios import Act
from tests.faults.world import World
from tests.samples import CASE_ID
from tests.staff.office import BOSS_TOO

OTHER = CaseId(loan_key("demo-bank", "LN-2026-000009"), 1)
ZHAO = replace(LI_JING, id="zhao")


def _books_for_the_other(office: Office) -> object:
    return Schedule(office.wiring.timers).book(OTHER, WED, office.now())


def _signs_and_dies(office: Office) -> None:
    """The mediator's signature is on record, and what would have sealed it is gone."""
    gone: Any = lambda case_id, now: False  # noqa: E731
    dying = replace(office.wiring.sign, complete=gone)
    signing.signs(office.wiring, CASE_ID, digest_to_sign(), Party.MEDIATOR, signing.mediator("li"), dying)


def _wants_more_time(side: Party, by: str) -> Form:
    def act(office: Office) -> object:
        return Extend(office.wiring.timers)(CASE_ID, side, by, office.now())

    return Form(act, "EXTENSION", (f"#{side.value}",))


FORMS |= {
    "assign zhao": scenes.override(BOSS_TOO, "zhao"),
    "last signature": Form(_signs_and_dies, "SIGNATURE", ("MEDIATOR", '"li"')),
    "name anna": Form(
        lambda one: one.do(scenes.BO, "name_person", scenes.REFERENCE, person="anna"),
        "HANDLING",
        ('"NAMED"',),
    ),
    "book for the other": Form(_books_for_the_other, "MEETING", (OTHER.loan_key,)),
    "countersign, wang": Form(
        lambda one: countersign(one, digest_to_sign(), "wang"), "SIGNATURE", ("MEDIATOR", '"wang"')
    ),
    "more time, borrower": _wants_more_time(Party.BORROWER, "borrower"),
    "more time, creditor": _wants_more_time(Party.CREDITOR, "bank-1"),
}


def _press(name: str) -> Act:
    def act(world: World) -> None:
        world.press(name)

    return act


def _answered(name: str) -> Act:
    def act(world: World) -> None:
        world.press(name)
        world.run()

    return act


def _consume(world: World) -> None:
    world.consume()


def _run(world: World) -> None:
    world.run()


def _timer_fires(world: World) -> None:
    """The timer, and the one look at the plan that it leads to."""
    world.machine.step()
    world.machine.step()


def _three_mediators(world: World) -> None:
    scenes.assigned(world)
    directory.put(ZHAO)


def _two_cases_of_one_mediator(world: World) -> None:
    scenes.applied(world)
    directory.put(LI_JING)
    second = world.example("overdue") | {"id": "evt-overdue-0009", "subject": "LN-2026-000009"}
    second["data"]["borrower"] |= {"phone": "+8613800138009", "email": "li@example.com"}
    assert world.post_body(second) == 202
    world.consume()
    world.run()
    sent = Submission("applied00002", "apply", "M-2", {"mode": "TELEPHONE"}, world.now())
    assert world.carry_out(lambda one: Apply(one.wiring.timers)(OTHER, sent)) == DONE
    for case_id in (CASE_ID, OTHER):
        _accepted_and_offered(world, case_id, world.now())


def _accepted_and_offered(world: World, case_id: CaseId, now: datetime) -> None:
    assert world.carry_out(lambda one: Accept(one.wiring.timers)(case_id, "clerk", now)) == DONE
    world.run()
    assert world.carry_out(lambda one: Schedule(one.wiring.timers).offer(case_id, OFFER, "li", now)) == DONE
    world.run()


def _settlement(prepare: Act) -> Act:
    def prepared(world: World) -> None:
        prepare(world)
        world.forget_what_came()
        assert world.post("settled", time=f"{world.now():%Y-%m-%dT%H:%M:%SZ}") == 202

    return prepared


def _paid_at_the_breach(world: World) -> None:
    scenes.at_the_breach(world)
    world.forget_what_came()
    scenes.paid(world, 700_000)


def _extending(world: World) -> None:
    scenes.taken_up(world)


def _race(name: str, prepare: Act, first: Act, second: Act, whole: bool = True) -> Race:
    def prepared(world: World) -> None:
        prepare(world)
        world.state.raced = True
        if not world.state.queue:
            world.forget_what_came()

    return Race(name, prepared, first, second, whole, to_the_end=False)


_BOTH, _PAID = scenes.signed_by_both, scenes.with_payment(scenes.signed_by_both, 100_000)

MEDIATION_RACES: tuple[Race, ...] = (
    _race("two staff assign", _three_mediators, _press("assign wang"), _press("assign zhao")),
    _race("two times of one case", scenes.offered, _press("book Tuesday"), _press("book Thursday")),
    _race(
        "one time for two cases",
        _two_cases_of_one_mediator,
        _press("book Wednesday"),
        _press("book for the other"),
    ),
    _race(
        "both sides want more time",
        scenes.offered,
        _press("more time, borrower"),
        _press("more time, creditor"),
    ),
    _race("objection x session", scenes.meeting_begins, _press("object"), _press("open")),
    _race("two signers", scenes.code_in_hand, _press("sign"), _press("sign for the creditor")),
    _race("two mediators countersign", _BOTH, _press("countersign"), _press("countersign, wang")),
    _race("refusal x last signature", _BOTH, _press("refuse"), _press("last signature")),
    _race("last signature x refusal", _BOTH, _press("countersign"), _press("refuse")),
    _race("sealing x payment", _PAID, _press("countersign"), _consume),
    _race("settlement x booking", _settlement(scenes.offered), _consume, _press("book Thursday")),
    _race("settlement x sealing", _settlement(_BOTH), _consume, _press("countersign")),
    _race("two decisions", _extending, _press("decide"), _press("decide otherwise")),
    _race("extension x decision", _extending, _press("extend"), _press("decide")),
    _race("handler x named", scenes.complained, _press("take up"), _press("name anna")),
    _race("two handlers", scenes.complained, _press("take up"), _press("take up, bo")),
    _race("breach x payment", _paid_at_the_breach, _timer_fires, _consume),
    _race("payment x breach", _paid_at_the_breach, _consume, _run),
)
