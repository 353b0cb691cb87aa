"""Setting a lender up: the file is checked, the row stored, the secret made once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from chalicelib.store import lenders
from infra.ops.lender import LenderFault, put, read

EXAMPLE = Path(__file__).parents[2] / "docs" / "lender.json"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_example_is_a_lender_and_its_secret_is_made_once(table: str) -> None:
    client = boto3.client("secretsmanager")
    secret = put(read(EXAMPLE, NOW), "test", client, lambda size: b"s" * size)
    assert secret is not None
    stored = json.loads(client.get_secret_value(SecretId="accord/test/lender/demo-bank")["SecretString"])
    assert stored == {"webhook_secrets": [secret]}
    assert put(read(EXAMPLE, NOW), "test", client, lambda size: b"t" * size) is None
    assert lenders.get("demo-bank").text("sms_signature", "en") == "Demo Bank"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pay_channel": ""}, "pay_channel is missing"),
        ({"slogan": "x"}, "slogan is unknown"),
        ({"sms_signature": {"en": "Demo Bank"}}, "sms_signature must be one text"),
        ({"profile": "XX"}, "no profile 'XX'"),
        ({"lender": "Demo Bank"}, "String should match pattern"),
    ],
)
def test_a_wrong_file_is_told_what_to_change(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = tmp_path / "lender.json"
    path.write_text(json.dumps(json.loads(EXAMPLE.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(LenderFault, match=said):
        read(path, NOW)
