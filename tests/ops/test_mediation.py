"""A mediation worked from the command line, against machines on moto."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.moments import stamp
from chalicelib.store import cases, facts
from infra.ops.__main__ import app
from infra.ops.command import Stage
from tests.samples import CASE_ID, case

CASE = str(CASE_ID)
MACHINES = ("Case", "Delivery", "Repayment", "Complaint")
_PASS = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


@pytest.fixture(params=[MACHINES])
def deployed(request: pytest.FixtureRequest, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that names machines among its outputs, as the deployment's does."""
    states, made = boto3.client("stepfunctions"), {}
    for name in request.param:
        role = "arn:aws:iam::123456789012:role/machines"
        arn = states.create_state_machine(name=name, definition=_PASS, roleArn=role)["stateMachineArn"]
        made[f"{name}MachineArn"] = arn
    monkeypatch.setattr(Stage, "outputs", made)


@pytest.fixture(autouse=True)
def applied(table: str) -> None:
    """A case whose borrower asked for mediation."""
    now = datetime.now(UTC).replace(microsecond=0)
    cases.open_first(case(status=CaseStatus.APPLIED, since=now, worklist="CASE_STAFF", due_at=now))


def _run(*words: str, fails: bool = False) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["mediation", *words, "--stage", "test", "--json"])
    assert done.exit_code == (1 if fails else 0), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_mediation_goes_from_its_application_to_its_statements(deployed: None) -> None:
    assert [one["case_id"] for one in _run("list")["cases"]] == [CASE]
    assert _run("accept", CASE, "--by", "staff-1")["status"] == "ACCEPTED"
    assert not _run("accept", CASE, "--by", "staff-1")["new"]
    _run("statement", CASE, "--by", "bank-1", "--text", "已多次提醒。")
    assert [fact.which[0] for fact in facts.of(CASE_ID, FactKind.STATEMENT)] == ["CREDITOR"]
    assert _run("extend", CASE, "--by", "bank-1", "--side", "CREDITOR")["status"] == "ACCEPTED"
    time = stamp(datetime.now(UTC).replace(microsecond=0) + timedelta(days=5))
    refused = _run(
        "offer", CASE, "--by", "m-1", "--time", time, "--mode", "TELEPHONE", "--mediator", "李静",
        "--dial-in", "400", fails=True,
    )  # fmt: skip
    assert "ACCEPTED" in refused["error"]


def test_declining_says_why(deployed: None) -> None:
    assert _run("decline", CASE, "--by", "staff-1", "--reason", "没有借贷关系")["status"] == "CLOSED"
    assert cases.get(CASE_ID).closed_reason == "没有借贷关系"


@pytest.mark.parametrize("deployed", [(), MACHINES[:3]], indirect=True)
def test_a_stage_without_its_machines_is_named(deployed: None) -> None:
    assert "deploy it first" in _run("accept", CASE, "--by", "staff-1", fails=True)["error"]
    assert cases.get(CASE_ID).status == CaseStatus.APPLIED
