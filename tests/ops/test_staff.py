"""Who may sign in: invited with his roles, brought to others, listed, let in no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from chalicelib.domain.actor import Actor, Role
from chalicelib.store import staff_sessions
from infra.ops.__main__ import app
from infra.ops.staff_pool import Invited, StaffPool
from infra.resources.staff import ROLES, pool

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CLERK = ["clerk", "--name", "Clara", "--email", "clara@example.org"]


@pytest.fixture
def made(table: str, monkeypatch: pytest.MonkeyPatch) -> StaffPool:
    """A pool as the template has it, which the commands find."""
    client = boto3.client("cognito-idp")
    schema = pool()["Properties"]["Schema"]
    ident = client.create_user_pool(PoolName="staff", Schema=schema)["UserPool"]["Id"]
    for role in ROLES:
        client.create_group(UserPoolId=ident, GroupName=role)
    found = StaffPool(client, ident)
    monkeypatch.setattr("infra.ops.staff._pool", lambda *_: found)
    return found


def _run(*words: str) -> dict[str, Any]:
    return dict(json.loads(CliRunner().invoke(app, ["staff", *words, "--json"]).stdout))


def test_the_pools_groups_are_the_roles() -> None:
    assert set(ROLES) == set(Role)


def test_somebody_is_invited_once_and_brought_to_other_roles(made: StaffPool) -> None:
    assert _run("invite", *CLERK, "--role", "CASE_STAFF") == {"ok": True, "new": True}
    again = _run("invite", *CLERK, "--role", "SUPERVISOR", "--role", "MEDIATOR")
    assert again == {"ok": True, "new": False}
    (clerk,) = made.everybody()
    assert clerk == Invited("clerk", "Clara", "clara@example.org", ["MEDIATOR", "SUPERVISOR"])
    assert _run("list")["staff"][0]["roles"] == ["MEDIATOR", "SUPERVISOR"]


def test_a_banks_representative_needs_his_lender_and_nobody_else_has_one(made: StaffPool) -> None:
    assert "needs --lender" in _run("invite", *CLERK, "--role", "BANK_REPRESENTATIVE")["error"]
    assert "needs --lender" in _run("invite", *CLERK, "--role", "MEDIATOR", "--lender", "demo-bank")["error"]
    assert "no role" in _run("invite", *CLERK, "--role", "KING")["error"]
    assert made.everybody() == []
    assert _run("invite", *CLERK, "--role", "BANK_REPRESENTATIVE", "--lender", "demo-bank")["ok"]
    assert made.everybody()[0].lender == "demo-bank"


def test_who_is_removed_is_signed_out_everywhere_and_signs_in_no_more(made: StaffPool) -> None:
    _run("invite", *CLERK, "--role", "CASE_STAFF")
    actor = Actor("clerk", "Clara", frozenset({Role.CASE_STAFF}))
    cookies = [staff_sessions.begin(secret, actor, NOW) for secret in ("one", "two")]
    assert all(staff_sessions.find(cookie, NOW) for cookie in cookies)
    assert _run("remove", "clerk")["ok"]
    assert not any(staff_sessions.find(cookie, NOW) for cookie in cookies)
    assert made.everybody() == []
    assert not _run("remove", "nobody")["ok"]
