"""Setting a lender up: the file is checked, the row stored, the secret made once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from chalicelib.store import lenders
from chalicelib.store.lenders import REGULATOR_FIELDS
from infra.ops.__main__ import app
from infra.ops.lender import LenderFault, put, read

EXAMPLE = Path(__file__).parents[2] / "docs" / "lender.json"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _file(folder: Path, **change: object) -> Path:
    path = folder / "lender.json"
    path.write_text(json.dumps(json.loads(EXAMPLE.read_text(encoding="utf-8")) | change), encoding="utf-8")
    return path


def test_the_example_is_a_lender_and_its_secret_is_made_once(table: str) -> None:
    client = boto3.client("secretsmanager")
    secret = put(read(EXAMPLE, NOW), "test", client, lambda size: b"s" * size)
    assert secret is not None
    stored = json.loads(client.get_secret_value(SecretId="accord/test/lender/demo-bank")["SecretString"])
    assert stored == {"webhook_secrets": [secret]}
    assert put(read(EXAMPLE, NOW), "test", client, lambda size: b"t" * size) is None
    kept = lenders.get("demo-bank")
    assert (kept.text("sms_signature", "en"), kept.text("voice_name", "en")) == ("Demo Bank", "Demo Bank")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pay_channel": ""}, "pay_channel is missing"),
        ({"slogan": "x"}, "slogan is unknown"),
        ({"pay_channel": ["x"]}, "pay_channel must be one text"),
        ({"callback_number": 95000}, "callback_number must be one text"),
        ({"voice_name": {"zh-CN": "示范银行", "en": " "}}, "voice_name must be one text"),
        ({"live": "yes"}, "live must be true or false"),
        ({"regulator_name": "BaFin"}, "regulator_name is unknown under profile CN"),
        ({"profile": "EU"}, "regulator_name is missing; .*regulator_post is missing"),
        ({"sms_signature": {"en": "Demo Bank"}}, "sms_signature must be one text"),
        ({"profile": "XX"}, "no profile 'XX'"),
        ({"lender": "Demo Bank"}, "String should match pattern"),
    ],
)
def test_a_wrong_file_is_told_what_to_change(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(LenderFault, match=said):
        read(_file(tmp_path, **change), NOW)


def test_a_lender_is_a_test_lender_until_the_file_says_live(tmp_path: Path, table: str) -> None:
    assert not read(EXAMPLE, NOW).live
    add = ["lender", "add", "--stage", "test", str(_file(tmp_path, live=True))]
    assert "It is live: its notices reach people." in CliRunner().invoke(app, add).stdout
    assert lenders.get("demo-bank").live
    told = CliRunner().invoke(app, [*add[:-1], str(EXAMPLE), "--json"])
    assert json.loads(told.stdout)["live"] is False
    assert not lenders.get("demo-bank").live


def test_where_supervision_is_national_the_lender_names_his_own(tmp_path: Path) -> None:
    regulator = dict.fromkeys(REGULATOR_FIELDS, "BaFin")
    national = read(_file(tmp_path, profile="EU", **regulator), NOW)
    assert [national.text(name, "en") for name in REGULATOR_FIELDS] == ["BaFin"] * 4


def test_what_is_left_empty_is_as_good_as_left_out(tmp_path: Path) -> None:
    assert "contact_person" not in read(_file(tmp_path, contact_person=None), NOW).settings


def test_the_command_prints_the_secret_once(table: str) -> None:
    first, again = (CliRunner().invoke(app, ["lender", "add", "--stage", "test", str(EXAMPLE)]) for _ in "12")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert (
        "demo-bank is set up under profile CN. It is a test lender: its notices reach nobody." in first.stdout
    )
    assert "\nIts webhook secret, shown only now: whsec_" in first.stdout
    assert "It keeps the secret it has." in again.stdout


def test_a_wrong_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "lender.json"
    path.write_text("{")
    result = CliRunner().invoke(app, ["lender", "add", str(path)])
    assert result.exit_code == 1
    assert f"{path}: Expecting property name" in result.stderr
    path.write_text("[]")
    told = CliRunner().invoke(app, ["lender", "add", str(path), "--json"])
    assert json.loads(told.stdout) == {"ok": False, "error": f"{path}: it must be one JSON object"}
