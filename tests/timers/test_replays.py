"""Executions of earlier definitions finish under today's functions, their inputs under today's definitions.

A redeployment changes the functions at once and leaves to what runs the definition it was started under.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.domain.mediation import UNDECIDED
from chalicelib.store import complaints, selections
from chalicelib.workflow import sweep as sweeps
from tests.machine.recording import Recording, alike, every, record, waits
from tests.timers import acts
from tests.timers.play import MACHINES, Kept, Play, definition

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

RECORDINGS = list(every())
MOST_DAYS = 60


def time_alone(play: Play) -> None:
    """Nobody does anything any more."""


ENDINGS: dict[str, tuple[Callable[[Play], None], ...]] = {
    "case": (time_alone, acts.apply),
    "delivery": (acts.settle, time_alone),
    "repayment": (acts.pay_all,),
    "complaint": (acts.withdraw_complaint,),
}
UNANSWERED = ("Notify", "Remind", "RemindAgain", "AwaitWindow", "Answered")
"""Stages in which he may still apply."""


def _endings(one: Recording) -> tuple[Callable[[Play], None], ...]:
    """What is worth trying: less where a definition is hardly another one."""
    return ENDINGS[one.machine][: 2 if set(waits(one.definition)) <= {*UNANSWERED} else 1]


EARLIER = [one for one in RECORDINGS if one.definition != definition(one.machine)]
TODAY = [one for one in RECORDINGS if one not in EARLIER]
CASES = [pytest.param(one, end, id=f"{one}-{end.__name__}") for one in EARLIER for end in _endings(one)]
ANEW = list({(one.machine, one.stage, json.dumps(one.input)): one for one in EARLIER}.values())
_walked: dict[tuple[Any, ...], Kept] = {}


@pytest.fixture(autouse=True)
def short_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days on which no case was opened are left out, to save their queries."""
    monkeypatch.setattr(sweeps, "_DAYS", MOST_DAYS)


def walk(play: Play, one: Recording) -> None:
    """Come to the recorded stage under the recorded definition; then everything is deployed anew."""
    play.receipts, play.direct, road = one.row.receipts, True, one.row.road
    play.machine.definitions[one.machine] = one.definition
    key = (one.machine, one.name, play.receipts)
    done = next(
        number for number in range(len(road), -1, -1) if not number or (*key, road[:number]) in _walked
    )
    if done:
        play.put_back(_walked[(*key, road[:done])])
    for number in range(done, len(road)):
        road[number](play)
        play.run()
        _walked[(*key, road[: number + 1])] = play.keep()
    now = record(play, one.machine, one.name, one.stage)
    assert (now.input, now.to) == (one.input, one.to)
    assert alike(now.handed, one.handed)
    play.outdate(one.machine)
    play.receipts = True


def is_over(play: Play, machine: str) -> bool:
    """Whether what the machine is about has ended, and nothing runs for it any more."""
    ended = play.is_closed
    if machine == "delivery":
        ended = True  # its case goes on
    if machine == "complaint":
        ended = complaints.require(acts.COMPLAINT).status in (
            ComplaintStatus.CLOSED, ComplaintStatus.WITHDRAWN,
        )  # fmt: skip
    return ended and not any(one.live for one in play.machine.of(machine))


def to_the_end(play: Play, machine: str) -> None:
    """Let time pass; the sweeper looks where an open case has nobody who carries it."""
    for _ in range(MOST_DAYS // 2):
        if is_over(play, machine):
            return
        play.after(days=2)
        if play.case.status in UNDECIDED and selections.standing_of(play.case):
            acts.decline(play)  # the clock may not close it (invariant 23): a person does
            play.run()
        if not any(one.live for one in play.machine.of(machine)):
            play.scene.wiring.sweep()
            play.run()
    raise AssertionError([(one.name, one.state, one.status) for one in play.machine.executions.values()])


@pytest.mark.parametrize(("one", "end"), CASES)
def test_an_execution_of_an_earlier_definition_finishes(
    play: Play, one: Recording, end: Callable[[Play], None]
) -> None:
    walk(play, one)
    end(play)
    play.run()
    to_the_end(play, one.machine)


@pytest.mark.parametrize("one", ANEW, ids=str)
def test_its_input_finishes_under_the_definition_of_today(play: Play, one: Recording) -> None:
    walk(play, one)
    old = play.last(one.machine)
    old.end("ABORTED")
    arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:accord-test-{one.machine}"
    again = f"{old.name}-r1"
    play.service.start_execution(stateMachineArn=arn, name=again, input=json.dumps(one.input))
    play.run()
    ENDINGS[one.machine][0](play)
    play.run()
    to_the_end(play, one.machine)
    assert play.machine.executions[again].status == "SUCCEEDED"


@pytest.mark.parametrize("one", TODAY, ids=str)
def test_what_is_recorded_of_today_is_what_is_handed_over(play: Play, one: Recording) -> None:
    walk(play, one)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_stage_of_a_recorded_definition_and_of_ours_is_recorded(machine: str) -> None:
    """A new stage turns this red: record the definition before it and with it (tests/machine/record.py)."""
    recorded = [one for one in RECORDINGS if one.machine == machine]
    for name in {one.name for one in recorded}:
        ours = [one for one in recorded if one.name == name]
        assert {one.stage for one in ours} == set(waits(ours[0].definition))
    assert {one.stage for one in recorded} >= set(waits(definition(machine)))
