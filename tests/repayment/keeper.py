"""A case that keeps to a plan: the real handlers on the shipped machines, in virtual time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.repayment_plan import RepaymentPlan, monthly
from chalicelib.forms.journey import Submission
from chalicelib.store import cases, facts, plans
from chalicelib.store.heads import update
from chalicelib.store.rows import CaseRow
from chalicelib.timers import Timers
from tests.fakes import client_error
from tests.faults.machine import Execution, Machine
from tests.samples import CASE_ID
from tests.scene import Scene

FIRST_DUE = date(2026, 12, 3)
_FUNCTIONS = {"SteerPlan": "steer_plan", "AwaitPayment": "await_payment"}
_MOST = 2_000


class Service:
    """Step Functions as its client has it, over the interpreter; `deaf` loses every signal."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.deaf = machine, False
        self.started: list[str] = []

    def start_execution(self, **given: Any) -> Any:
        self.started.append(given["name"])
        return self._ask("StartExecution", given)

    def describe_execution(self, **given: Any) -> Any:
        return self._ask("DescribeExecution", given)

    def send_task_success(self, **given: Any) -> Any:
        return None if self.deaf else self._ask("SendTaskSuccess", given)

    def send_task_failure(self, **given: Any) -> Any:
        return None if self.deaf else self._ask("SendTaskFailure", given)

    def _ask(self, operation: str, given: dict[str, Any]) -> Any:
        call: Any = SimpleNamespace(operation=operation, body=given)
        said = self.machine.api(call, _never)
        body = json.loads(said.content)
        if said.status_code != 200:
            raise client_error(body["code"], operation)
        return body


def _never() -> Any:
    """Stand for an operation that no handler here uses."""
    raise AssertionError("an operation that the interpreter does not know")


@dataclass
class Keeper:
    """A scene whose case keeps to a plan; messages queue up and are sent as the senders would."""

    scene: Scene
    plan: RepaymentPlan = field(default_factory=lambda: monthly("CNY", 1_000_001, 3, FIRST_DUE))
    queue: list[str] = field(default_factory=list)
    payments: int = 0

    def __post_init__(self) -> None:
        self.machine = Machine(self.scene.road.clock, self._task, self.queue.append)
        self.service = Service(self.machine)
        settings = self.scene.wiring.settings
        arns = (
            settings.case_machine_arn,
            settings.delivery_machine_arn,
            settings.repayment_machine_arn,
            settings.complaint_machine_arn,
        )
        self.scene.wiring.timers = Timers(self.service, *arns)
        self.scene.accept()
        self.machine.executions.clear()  # the case's own ends where the plan begins
        self.agree(self.plan)

    def agree(self, plan: RepaymentPlan) -> None:
        """Put a plan in force, as an agreement's last signature does."""
        assert plans.append(CASE_ID, plan, self.now)
        active = [CaseRow.status.set(CaseStatus.PLAN_ACTIVE.value), CaseRow.since.set(self.now)]
        update(CASE_ID, active, CaseRow.generation == 1)
        self.scene.wiring.timers.repay(CASE_ID, plan.generation, self.now)
        self.run()

    @property
    def now(self) -> datetime:
        return self.scene.road.clock.now

    @property
    def case(self) -> Case:
        return cases.get(CASE_ID)

    @property
    def stands(self) -> RepaymentPlan:
        found = plans.get(CASE_ID)
        assert found
        return found

    def facts(self, kind: FactKind) -> list[str]:
        """Return which facts of a kind there are."""
        return ["-".join(fact.which) for fact in facts.of(CASE_ID, kind)]

    @property
    def running(self) -> list[Execution]:
        """The executions that keep the case to a plan now."""
        return [one for one in self.machine.of("repayment") if one.live]

    @property
    def stage(self) -> str:
        """Where the one that runs waits; where the last one ended when none does."""
        assert len(self.running) <= 1, "two executions keep the case to its plan"
        return (self.running or self.machine.of("repayment")[-1:])[0].state

    def told(self) -> list[str]:
        """Return the messages about the plan that left, in order; each goes over both channels in the end."""
        sent = facts.of(CASE_ID, FactKind.SENT)
        return list(dict.fromkeys(fact.which[0] for fact in sent if "-" in fact.which[0]))

    def pay(self, paid: int, event: str = "", at: datetime | None = None, outstanding: int = 800_000) -> str:
        """Take a payment event in and let what follows happen; returns the event's id."""
        self.payments += 1
        name = event or f"evt-pay-{self.payments}"
        moment = at or self.now + timedelta(seconds=self.payments)
        body = json.loads(self.scene.road.event("payment"))
        body |= {"id": name, "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
        parts = {"total": outstanding, "principal": outstanding, "as_of": f"{moment:%Y-%m-%d}"}
        body["data"]["amount"]["paid"] = paid
        body["data"]["outstanding"] |= parts
        reference = self.scene.take(json.dumps(body).encode()).reference
        self.scene.carry_out(reference)
        self.run()
        return name

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

    def _task(self, function: str, payload: dict[str, Any]) -> Any:
        return getattr(self.scene.wiring, _FUNCTIONS[function])(json.loads(json.dumps(payload)))


def asked(at: datetime, name: str = "asked0000001") -> Submission:
    """Return a borrower's request for another plan."""
    return Submission(name, "renegotiate", f"N-{name}", {"why": "INCOME_REDUCTION"}, at)
