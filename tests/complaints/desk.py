"""The complaint desk of these tests: a case, complaints made in it, who handles them, and its machine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.borrower.complain import complain
from chalicelib.complaints.acknowledge import Acknowledge
from chalicelib.complaints.close import Close
from chalicelib.complaints.decide import Decide
from chalicelib.complaints.escalate import Escalate
from chalicelib.complaints.extend import Extend
from chalicelib.complaints.review import Review
from chalicelib.complaints.take_up import TakeUp
from chalicelib.complaints.withdraw import Withdraw
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.complaint import Complaint, ComplaintOutcome
from chalicelib.forms.journey import Submission
from chalicelib.store import cases, complaint_steps, complaints, facts
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers
from tests.faults.machine import Execution, Machine
from tests.repayment.keeper import Service
from tests.samples import CASE_ID
from tests.scene import Scene

ANNA = Actor("h-anna", "Anna", frozenset({Role.COMPLAINT_HANDLER}))
BO = Actor("h-bo", "Bo", frozenset({Role.COMPLAINT_HANDLER}))
SU = Actor("s-su", "Su", frozenset({Role.SUPERVISOR}))
MEDIATOR = Actor("m-7", "Mei", frozenset({Role.MEDIATOR, Role.COMPLAINT_HANDLER}))
UPHELD, NOT_UPHELD = ComplaintOutcome.UPHELD, ComplaintOutcome.NOT_UPHELD


_MOST = 2000


@dataclass
class Desk:
    """A scene with a case whose borrower has complained once; acts are those of the product.

    `event` are changes of the overdue event that opens it.
    """

    scene: Scene
    complained: int = 0
    reference: str = ""
    queue: list[str] = field(default_factory=list)
    event: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.machine = Machine(self.scene.road.clock, self._task, self.queue.append)
        settings = self.scene.wiring.settings
        machines = ("case", "delivery", "repayment", "complaint")
        arns = (getattr(settings, f"{name}_machine_arn") for name in machines)
        self.scene.wiring.timers = Timers(Service(self.machine), *arns)
        self.scene.accept(**self.event)
        self.machine.executions.clear()  # the case's own has its own tests
        self.reference = self.complain()

    def complain(
        self, category: str = "COLLECTION", *, stranger: bool = False, contact: str = "a@example.com"
    ) -> str:
        """Make a complaint and return its reference."""
        self.complained += 1
        name = f"K{self.complained}AAKAAA2222"
        reference = f"C-{name[:4]}-{name[4:8]}"
        answers = {"category": category, "what": "They rang at night.", "contact": contact}
        case = None if stranger else self.case
        assert complain(Submission(name, "complain", reference, answers, self.now), case)
        return reference

    @property
    def now(self) -> datetime:
        return self.scene.road.clock.now

    def after(self, **span: float) -> datetime:
        """Let time pass and return the moment it then is."""
        self.scene.road.clock.now += timedelta(**span)
        return self.now

    @property
    def case(self) -> Case:
        return cases.get(CASE_ID)

    @property
    def timers(self) -> Timers:
        return self.scene.wiring.timers

    @property
    def stands(self) -> Complaint:
        return complaints.require(self.reference)

    def steps(self, reference: str = "") -> list[str]:
        """Return the names of the steps a complaint has taken."""
        found = complaints.require(reference or self.reference)
        return [step.name for _, step in complaint_steps.of(found)]

    def start(self, reference: str = "") -> None:
        """Start the clocks of a complaint, as its receipt does."""
        found = complaints.require(reference or self.reference)
        self.timers.handle(found.reference, found.id, self.now)
        self.run()

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

    def run(self) -> None:
        """Let machines and senders go on until everything waits."""
        for number in range(_MOST):
            if self.machine.step():
                continue
            if not self.queue:
                return
            self.scene.wiring.take_notice(self.queue.pop(0), f"{number:08d}")
        raise AssertionError("the machines do not come to rest")

    @property
    def executions(self) -> list[Execution]:
        """The executions of complaints, in the order of their start."""
        return self.machine.of("complaint")

    @property
    def stage(self) -> str:
        """Where the last execution waits or ended."""
        assert sum(one.live for one in self.executions) <= 1, "two executions keep its clocks"
        return self.executions[-1].state

    def told(self) -> list[str]:
        """Return the kinds of messages about complaints that left, in order, each once."""
        sent = facts.of(CASE_ID, FactKind.SENT)
        names = (fact.which[0].partition("-")[0] for fact in sent)
        return list(dict.fromkeys(name for name in names if name.startswith("complaint_")))

    def _task(self, function: str, payload: dict[str, Any]) -> Any:
        name = {"SteerPlan": "steer_complaint", "AwaitPayment": "await_act"}[function]
        return getattr(self.scene.wiring, name)(json.loads(json.dumps(payload)))

    def send(self, kind: str) -> None:
        """Put on record that a message about the complaint left, as a sender does."""
        name = f"{kind}-{self.stands.number}"
        facts.append(Fact(CASE_ID, FactKind.SENT, self.now, (name, "EMAIL")))

    def acknowledge(self, by: Actor = ANNA) -> bool:
        return Acknowledge(self.timers)(self.reference, by, self.now)

    def take(self, by: Actor = ANNA, handler: Actor | None = None) -> bool:
        return TakeUp(self.timers)(self.reference, by, self.now, handler=handler)

    def name(self, person: str, by: Actor = SU) -> bool:
        return TakeUp(self.timers).name(self.reference, by, person, self.now)

    def extend(self, by: Actor = ANNA, approver: Actor = SU, reason: str = "Tapes are awaited.") -> bool:
        return Extend(self.timers)(self.reference, by, approver, reason, self.now)

    def decide(
        self,
        by: Actor = ANNA,
        outcome: ComplaintOutcome = UPHELD,
        redress: str = "An apology.",
        of: str = "",
        *,
        accepted: bool = False,
    ) -> bool:
        why, reference = "The call was at 23:10.", of or self.reference
        given: dict[str, Any] = {"redress": redress, "accepted": accepted}
        return Decide(self.timers)(reference, by, outcome, why, self.now, **given)

    def ask_review(self, why: str = "The second call was left out.") -> bool:
        return Review(self.timers).ask(self.reference, why, self.now)

    def answer_review(self, by: Actor = BO, outcome: ComplaintOutcome = NOT_UPHELD) -> bool:
        return Review(self.timers).answer(self.reference, by, outcome, "There was none.", self.now)

    def withdraw(self, words: str = "I take it back.") -> bool:
        return Withdraw(self.timers)(self.reference, words, self.now)

    def close(self, by: Actor = ANNA) -> bool:
        return Close(self.timers)(self.reference, by, self.now)

    def letter_sent(self, by: Actor = ANNA) -> bool:
        return Close(self.timers).letter_sent(self.reference, by, "registered post", self.now)

    def escalate(self, by: Actor = ANNA) -> bool:
        return Escalate(self.timers)(self.reference, by, "It is about the bank's own lawyer.", self.now)
