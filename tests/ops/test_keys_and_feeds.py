"""A lender's secrets and senders: rotation without a gap, and who speaks for him from AWS."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from chalicelib.store import feeds, lenders
from infra.ops.__main__ import app
from infra.ops.command import Stage
from tests.road import DEMO_BANK

ROLE = "AROAEXAMPLEEXAMPLE23"


@pytest.fixture
def bank(table: str) -> None:
    """The example's lender, with one secret."""
    lenders.put(DEMO_BANK)
    given = json.dumps({"webhook_secrets": ["whsec_old"], "other": "kept"})
    boto3.client("secretsmanager").create_secret(Name="accord/test/lender/demo-bank", SecretString=given)


def run(*words: str) -> dict[str, Any]:
    """Run a command and return its answer."""
    done = CliRunner().invoke(app, [*words, "--stage", "test", "--json"])
    assert done.stdout, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["ok"] == (done.exit_code == 0)
    return found


def kept() -> dict[str, Any]:
    client = boto3.client("secretsmanager")
    found: dict[str, Any] = json.loads(
        client.get_secret_value(SecretId="accord/test/lender/demo-bank")["SecretString"]
    )
    return found


def test_a_rotation_has_no_gap_and_leaves_the_rest_alone(bank: None) -> None:
    made = run("key", "rotate", "demo-bank")["webhook_secret"]
    assert kept() == {"webhook_secrets": [made, "whsec_old"], "other": "kept"}
    assert "retire" in run("key", "rotate", "demo-bank")["error"]
    assert run("key", "retire", "demo-bank")["ok"]
    assert kept()["webhook_secrets"] == [made]
    assert "rotate" in run("key", "retire", "demo-bank")["error"]


def test_a_test_secret_signs_nothing_that_counts(bank: None) -> None:
    first, second = (run("key", "test", "demo-bank")["webhook_test_secret"] for _ in range(2))
    assert first != second
    assert kept() == {"webhook_secrets": ["whsec_old"], "other": "kept", "webhook_test_secrets": [second]}


def test_a_sender_is_allowed_shown_and_forbidden(bank: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stage, "outputs", {"FeedQueueUrl": "https://queue", "FeedBusArn": "arn:bus"})
    monkeypatch.setattr(Stage, "parameters", {"FeedAccounts": "111122223333"})
    assert run("feed", "allow", "demo-bank", ROLE)["senders"] == [ROLE]
    assert run("feed", "show", "demo-bank") == {
        "ok": True,
        "lender": "demo-bank",
        "senders": [ROLE],
        "queue": "https://queue",
        "bus": "arn:bus",
        "accounts": "111122223333",
    }
    assert run("feed", "forbid", "demo-bank", ROLE)["senders"] == []
    assert feeds.of("demo-bank") == frozenset()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("allow", "demo-bank", "arn:aws:iam::1:role/x"), "give a role's or user's unique id"),
        (("allow", "no-bank", ROLE), "no lender 'no-bank'"),
        (("show", "no-bank"), "no lender 'no-bank'"),
    ],
)
def test_what_cannot_be_is_told(bank: None, words: tuple[str, ...], said: str) -> None:
    assert said in run("feed", *words)["error"]
