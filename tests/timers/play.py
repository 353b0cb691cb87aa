"""A deployment whose four machines run in virtual time, by the functions that ship (app.py)."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import app
from chalicelib.channels import Outgoing
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import Answered, Held
from chalicelib.store import cases, facts
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers
from tests.bench import gateway
from tests.faults.machine import MACHINES as DEFINITIONS
from tests.faults.machine import Execution, Machine, TaskFailed
from tests.faults.state import table
from tests.repayment.keeper import Service
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.signing import LocalKey

FUNCTIONS = {
    "SendNotice": app.send_notice,  # called by machines of the first definition, which knew no queue
    "AwaitSignal": app.await_signal,
    "Steer": app.steer,
    "CloseCase": app.close_case,
    "SteerPlan": app.steer_plan,
    "AwaitPayment": app.await_payment,
}
MACHINES = ("case", "delivery", "repayment", "complaint")
_MOST = 3_000
_RECENT = 20
_PAST = Outgoing("", "", "", "", {})
"""A message that left before the moment one came back to."""


@dataclass(frozen=True)
class Kept:
    """A moment of a deployment, to come back to."""

    world: tuple[Any, ...]
    issued: int
    queue: tuple[str, ...]
    now: datetime


@dataclass
class Play:
    """A scene, its machines and the senders' queue; time passes as it is told to."""

    scene: Scene
    queue: list[str] = field(default_factory=list)
    _heard: dict[str, int] = field(default_factory=dict)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What the machines handed over, and to whom: functions by name, the senders as `queue`."""
    direct: bool = False
    """Whether senders are called by the machine itself, as they were before they had a queue."""
    receipts: bool = True
    """Whether each message arrives at once; else nobody ever hears of any."""

    def __post_init__(self) -> None:
        self.machine = Machine(self.scene.road.clock, self._task, self._enqueue)
        self.service = Service(self.machine)
        settings = self.scene.wiring.settings
        arns = (getattr(settings, f"{name}_machine_arn") for name in MACHINES)
        self.scene.wiring.timers = Timers(self.service, *arns)
        vars(self.scene.wiring)["seal_key"] = LocalKey()

    @property
    def now(self) -> datetime:
        return self.scene.road.clock.now

    @property
    def timers(self) -> Timers:
        return self.scene.wiring.timers

    @property
    def case(self) -> Case:
        return cases.get(CASE_ID)

    def facts(self, kind: FactKind) -> list[Fact]:
        return facts.of(CASE_ID, kind)

    def sent(self, step: str) -> bool:
        """Whether a message of a step, or of all steps named alike, has left."""
        names = {fact.which[0] for fact in self.facts(FactKind.SENT)}
        return any(name == step or name.partition("-")[0] == step for name in names)

    @property
    def is_closed(self) -> bool:
        return self.case.status == CaseStatus.CLOSED

    def last(self, machine: str) -> Execution:
        """Return the execution of a machine that was started last."""
        return self.machine.of(machine)[-1]

    def stage(self, machine: str) -> str:
        """Where a machine waits; empty where it never ran or has ended."""
        found = self.machine.of(machine)
        return found[-1].state if found and found[-1].live else ""

    def looks(self, machine: str, stage: str) -> int:
        """How often the executions of a machine have entered a stage."""
        return sum(one.history.count(stage) for one in self.machine.of(machine))

    def to(self, moment: datetime) -> None:
        """Let time pass until `moment`, each timer firing at its own."""
        for _ in range(_MOST):
            due = self.machine.next_timer()
            if due is None or due > moment:
                break
            self.scene.road.clock.now = max(self.now, due)
            self.run()
        self.scene.road.clock.now = max(self.now, moment)
        self.run()

    def after(self, **span: float) -> None:
        """Let a span of time pass."""
        self.to(self.now + timedelta(**span))

    def run(self) -> None:
        """Let machines and senders go on until everything waits."""
        for _ in range(_MOST):
            if self.machine.step():
                continue
            if not self.queue:
                return
            said = app.send_notice(gateway.records(json.loads(self.queue.pop(0))), gateway.Context())
            assert said == {"batchItemFailures": []}, said
            self._arrive()
        raise AssertionError("the machines do not come to rest")

    def _arrive(self) -> None:
        """Put on the head what the first receipt of a step does, in its one call."""
        if not self.receipts:
            return
        for channel in (self.scene.sms, self.scene.mail, self.scene.voice, self.scene.letter):
            for message in channel.sent[self._heard.get(channel.name, 0) :]:
                cases.reach(CASE_ID, message.tags["step"])
            self._heard[channel.name] = len(channel.sent)

    def keep(self) -> Kept:
        """Keep the world as it is."""
        kept = (table().items, self.machine.executions, self._heard, self.told[-_RECENT:])
        return Kept(copy.deepcopy(kept), self.machine.issued, tuple(self.queue), self.now)

    def put_back(self, kept: Kept) -> None:
        """Go back to how the world was."""
        table().items, self.machine.executions, self._heard, self.told = copy.deepcopy(kept.world)
        self.machine.issued, self.queue[:], self.scene.road.clock.now = kept.issued, kept.queue, kept.now
        for channel in (self.scene.sms, self.scene.mail, self.scene.voice, self.scene.letter):
            channel.sent[:] = [_PAST] * self._heard.get(channel.name, 0)

    def outdate(self, machine: str) -> None:
        """Let what runs keep the definition it was started under, and what starts from now on have ours."""
        old, self.direct = f"{machine}, as it was", False
        self.machine.definitions[old] = self.machine.definitions[machine]
        self.machine.definitions[machine] = definition(machine)
        for one in self.machine.of(machine):
            one.definition = old

    def deaf(self) -> Deaf:
        """Lose every signal while the block lasts, as a crash between record and signal does."""
        return Deaf(self.service)

    def _enqueue(self, body: str) -> None:
        self.told.append(("queue", json.loads(body)))
        self.queue.append(body)

    def _task(self, function: str, payload: dict[str, Any]) -> Any:
        self.told.append((function, payload))
        if function == "SendNotice" and self.direct:
            self.scene.wiring.take_notice(json.dumps(payload), payload["token"])
            return None
        try:
            return FUNCTIONS[function](json.loads(json.dumps(payload)), gateway.Context())
        except (
            Answered,
            Held,
            KeyError,
        ) as error:  # caught by name; no input of ours
            raise TaskFailed(type(error).__name__) from error


def definition(machine: str) -> dict[str, Any]:
    """Return a machine as it ships."""
    found: dict[str, Any] = json.loads((DEFINITIONS / f"{machine}.asl.json").read_text(encoding="utf-8"))
    return found


@dataclass
class Deaf:
    """A stretch of time in which no signal is heard."""

    service: Service

    def __enter__(self) -> None:
        self.service.deaf = True

    def __exit__(self, *_: object) -> None:
        self.service.deaf = False
