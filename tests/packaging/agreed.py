"""An agreement that all signed and nobody sealed: every call that the machine makes to complete it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import boto3

from chalicelib.domain.agreement import Party
from chalicelib.domain.arrangement import Arrangement, Way
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.schedules import equal
from chalicelib.mediation.agreement.contents import Ground
from chalicelib.mediation.agreement.days import profile_of
from chalicelib.mediation.agreement.draft import Wording
from chalicelib.store import cases, facts, lenders
from chalicelib.store.case_rows import to_row
from chalicelib.store.facts import Fact
from chalicelib.wiring import wired
from tests.packaging.driver import Driver


def keep(driver: Driver) -> None:
    """Whoever signed last died before the seal: the sweeper wakes the machine, and Steer completes."""
    kms = boto3.client("kms")
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/accord-test-seal", TargetKeyId=key)
    case_id = CaseId.parse(driver.event(id="a1", subject="agreed", borrower={"phone": "+8613800138021"}))
    _all_signed(driver, case_id)
    driver.task("await_signal", str(case_id), "Signature")
    driver.road.clock.advance(minutes=10)
    driver.sweep()
    driver.run("steer", {"case_id": str(case_id), "timers": {}})
    assert cases.get(case_id).status == CaseStatus.PLAN_ACTIVE


def _all_signed(driver: Driver, case_id: CaseId) -> None:
    now = driver.road.clock.now
    to_row(replace(cases.get(case_id), status=CaseStatus.ADJOURNED, mediator="m-1")).save()
    case = cases.get(case_id)
    ground = Ground(case, lenders.get(case.lender), profile_of(case))
    plan = equal(case.amount.currency, case.amount.total, 12, date(2026, 12, 10))
    terms = Arrangement(way=Way.INSTALMENTS, owed=case.amount, plan=plan)
    wired().write_draft(case, terms, Wording(mediator="李静"), ground.profile, by="m-1", seen=0, now=now)
    ground = replace(ground, case=cases.get(case_id))
    digest = wired().freeze(ground, 1, by="m-1", seen=0, now=now).digest
    for party in Party:
        said = {"name": "李静", "how": "CODE", "to": "l***@example.com", "by": party.value}
        assert facts.append(Fact(case_id, FactKind.SIGNATURE, now, (digest, party.value), said))
