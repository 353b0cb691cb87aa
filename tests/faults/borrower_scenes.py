"""The scenes of a borrower at his forms: whatever he sends is on record once, before anybody is woken."""

from __future__ import annotations

from tests.api.inside import APPLY, COMPLAINT, DISPUTE, QUESTION, RESCHEDULE, WITHDRAW, YOU
from tests.faults.scenarios import Act, Scenario, form_filled, noticed
from tests.faults.world import World
from tests.walk import Answers

_COMPLAINT: Answers = dict(COMPLAINT)
_STRANGER: Answers = dict((*COMPLAINT, *YOU))


def _filled(journey: str, answers: Answers, before: Act = noticed) -> Act:
    def prepared(world: World) -> None:
        before(world)
        world.fill_form(journey, answers)

    return prepared


def _applied(world: World) -> None:
    _filled("apply", dict(APPLY))(world)
    assert world.press_send() == 303
    world.run()


def _settled(world: World) -> None:
    form_filled(world)
    assert world.press_send() == 303
    assert world.post("settled") == 202
    world.consume()
    world.run()


def _stranger(world: World) -> None:
    world.fill_form("complain", _STRANGER, root="/open/form")


def _code_sent(world: World) -> None:
    noticed(world)
    assert world.ask_code() == 303
    world.run()


def _come_in(world: World) -> None:
    """He comes in, and somebody who read the code over his shoulder does not."""
    if world.come_in_by_code() != 303:
        world.state.pending.append("come_in_by_code")
    else:
        world.type_code()


def _send(world: World) -> None:
    world.press_send()
    world.run()


def _send_once(world: World) -> None:
    world.state.gave_up = True
    _send(world)
    world.state.pending.clear()


BORROWER_SCENES: tuple[Scenario, ...] = (
    Scenario("one-time code", _code_sent, _come_in, to_the_end=False),
    Scenario("application", _filled("apply", dict(APPLY)), _send, to_the_end=False),
    Scenario("application of one who gives up", _filled("apply", dict(APPLY)), _send_once, to_the_end=False),
    Scenario("application, changed", _filled("apply", dict(APPLY), form_filled), _send, to_the_end=False),
    Scenario("dispute", _filled("dispute", dict(DISPUTE)), _send),
    Scenario("complaint", _filled("complain", _COMPLAINT), _send, to_the_end=False),
    Scenario("complaint after payment", _filled("complain", _COMPLAINT, _settled), _send, to_the_end=False),
    Scenario("complaint of a stranger", _stranger, _send, to_the_end=False),
    Scenario("question", _filled("ask", dict(QUESTION)), _send, to_the_end=False),
    Scenario("withdrawal", _filled("withdraw", dict(WITHDRAW), _applied), _send, to_the_end=False),
    Scenario("other times", _filled("reschedule", dict(RESCHEDULE), _applied), _send, to_the_end=False),
)
