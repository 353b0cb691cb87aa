"""Plans kept, broken, cured, negotiated anew and paid: every call that the functions of a plan make."""

from __future__ import annotations

from datetime import date

import boto3

from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.domain.repayment_plan import monthly
from chalicelib.forms.journey import Submission
from chalicelib.repayment.renegotiate import Renegotiate
from chalicelib.store import cases, heads, plans
from chalicelib.store.rows import CaseRow
from chalicelib.wiring import wired
from tests.packaging.driver import Driver
from tests.packaging.visitor import Visitor

_TOTAL = 300_000


def keep(driver: Driver) -> None:
    """Go every way of a plan."""
    paid(driver)
    asked_in_time(driver)
    asked_after_a_breach(driver)


def paid(driver: Driver) -> None:
    """Reminded, broken, started anew, cured, kept."""
    case = _agreed(driver, "plan", "+8613800138011")
    steer(driver, case)
    driver.sweep()  # nobody keeps it: started
    wait(driver, case, "Due")
    payment(driver, "p1", "plan", 1)  # stays where it stands, but for the repeat
    payment(driver, "p1", "plan", 1)
    driver.road.clock.advance(days=9)
    steer(driver, case)  # the breach
    wait(driver, case, "Due")  # a wait on what has changed: success to its token
    wait(driver, case, "Breached", seen="BREACHED.1.1")
    payment(driver, "p2", "plan", _TOTAL // 2)  # cured
    driver.sweep()
    steer(driver, case, began=stamp(driver.road.clock.now.replace(year=2025)))  # handed on
    payment(driver, "p3", "plan", _TOTAL)  # kept
    wait(driver, case, "Due")  # closed: failure to its token
    driver.sweep()


def asked_in_time(driver: Driver) -> None:
    """Asked before the breach: mediation meets again when the grace is over."""
    case = _agreed(driver, "asked", "+8613800138012")
    wait(driver, case, "Due")
    found = cases.get(CaseId.parse(case))
    sent = Submission("a" * 12, "renegotiate", "N-1", {"why": "ILLNESS"}, driver.road.clock.now)
    Renegotiate(wired().timers).ask(found, sent)
    driver.road.clock.advance(days=9)
    _stop(driver, case)
    steer(driver, case)


def asked_after_a_breach(driver: Driver) -> None:
    """Asked on the page after the breach."""
    case = _agreed(driver, "late", "+8613800138013")
    driver.road.clock.advance(days=9)
    steer(driver, case)
    wait(driver, case, "Breached", seen="BREACHED.1.1")
    mine = Visitor(driver)
    mine.enter(case)
    mine.journey("renegotiate", {"why": {"why": "ILLNESS"}, "offer": {}})
    steer(driver, case)  # mediation meets again: off the staff's list


def _agreed(driver: Driver, loan: str, phone: str) -> str:
    case = driver.event(id=f"plan-{loan}", subject=loan, borrower={"phone": phone})
    now = driver.road.clock.now
    plans.append(CaseId.parse(case), monthly("CNY", _TOTAL, 2, date(now.year, now.month, now.day)), now)
    active = [CaseRow.status.set(CaseStatus.PLAN_ACTIVE.value), CaseRow.since.set(now)]
    heads.update(CaseId.parse(case), active, CaseRow.generation == 1)
    driver.road.clock.advance(minutes=10)
    return case


def _stop(driver: Driver, case: str) -> None:
    arn = driver.settings.case_machine_arn.replace(":stateMachine:", ":execution:") + f":{case}"
    boto3.client("stepfunctions").stop_execution(executionArn=arn)


def steer(driver: Driver, case: str, **changes: object) -> None:
    """Do what the machine does when it enters Steer."""
    given = {"case_id": case, "plan": 1, "leg": 1, "began": stamp(driver.road.clock.now), "rounds": 0}
    driver.run("steer_plan", given | changes)


def wait(driver: Driver, case: str, stage: str, seen: str = "PLAN_ACTIVE.1.1") -> None:
    """Do what the machine does when it enters a wait."""
    driver.task("await_payment", case, stage, seen=seen, leg=1)


def payment(driver: Driver, name: str, loan: str, minor: int) -> None:
    """Post a payment and let it be carried out."""
    now = driver.road.clock.now
    rest = {"total": 1_000_000, "principal": 1_000_000, "interest": 0, "fees": 0, "penalty": 0}
    outstanding = {"currency": "CNY", **rest, "payments_credits": 0, "as_of": f"{now:%Y-%m-%d}"}
    data = {"amount": {"currency": "CNY", "paid": minor}, "outstanding": outstanding}
    driver.event("payment", id=name, subject=loan, time=stamp(now), data=data)
