"""`evidence build` and `evidence verify`, as an operator types them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from chalicelib.notices.evidence.container import MAX_BYTES, pack, unpack
from chalicelib.notices.evidence.seal import as_pem
from chalicelib.store import rows
from infra.ops.__main__ import app
from tests.ops.lived import ALIAS, Lived, made, make_key
from tests.road import RECORDS
from tests.samples import CASE_ID

CASE = str(CASE_ID)
PLACE = ["--stage", "test", "--bucket", RECORDS]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def told(*arguments: str | Path, code: int = 0) -> Any:
    """Run with --json; return what was said."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def refused(*arguments: str | Path) -> str:
    """Run what must be refused; return the sentence, which is no traceback."""
    result = run(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert told(*arguments, code=1)["ok"] is False
    return result.stderr


@pytest.fixture(autouse=True)
def _bound(lived: Lived) -> Iterator[None]:
    """The command binds the models to its own stage's table."""
    yield
    rows.bind("accord-test", "us-east-1")


@pytest.fixture
def bundle(lived: Lived, tmp_path: Path) -> Path:
    path = tmp_path / "case.zip"
    path.write_bytes(made(lived))
    return path


@pytest.fixture
def key(lived: Lived, tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(as_pem(lived.signer.public_key()))
    return path


# --- build --------------------------------------------------------------------------------------------


def test_a_bundle_is_built_and_verifies(lived: Lived, tmp_path: Path, key: Path) -> None:
    out = tmp_path / "out.zip"
    built = told("evidence", "build", CASE, "--out", out, *PLACE)
    assert (built["ok"], built["case_id"], built["gaps"]) == (True, CASE, [])
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    checked = told("evidence", "verify", out, "--key", key)
    assert (checked["ok"], checked["origin_proved"], checked["faults"]) == (True, True, [])
    assert checked["head"] == built["head"]


def test_building_says_that_it_holds_personal_data(lived: Lived, tmp_path: Path) -> None:
    said = run("evidence", "build", CASE, "--out", tmp_path / "a.zip", *PLACE).stdout
    assert "25 entries, verified" in said
    assert "personal data" in said


def test_a_loan_is_as_good_as_its_case(lived: Lived, tmp_path: Path) -> None:
    loan = ["--lender", "demo-bank", "--loan", "LN-2026-000001"]
    assert told("evidence", "build", *loan, "--out", tmp_path / "a.zip", *PLACE)["case_id"] == CASE


def test_gaps_are_told(lived: Lived, tmp_path: Path) -> None:
    foreign = f"cases/{CASE}/receipts/{'0' * 64}.json"
    lived.archive.put(foreign, b"{}")
    build = ["evidence", "build", CASE, *PLACE, "--out"]
    try:
        assert told(*build, tmp_path / "a.zip")["gaps"] == [f"receipts/{'0' * 64}.json"]
        assert "Missing or different" in run(*build, tmp_path / "b.zip").stdout
    finally:
        boto3.client("s3").delete_object(Bucket=RECORDS, Key=foreign)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["AC-6KVK-TDBG-1"], "is no case id; give LOANKEY-1"),
        ([], "Name the case by its id, or by both --lender and --loan"),
        (["--lender", "demo-bank"], "by both --lender and --loan"),
        ([CASE, "--lender", "demo-bank", "--loan", "x"], "by its id, or by both"),
        (["--lender", "demo-bank", "--loan", "LN-0"], "has no case"),
        (["aaaaaaaaaaaaaaaaaaaa-1"], "no case aaaaaaaaaaaaaaaaaaaa-1"),
        ([CASE, "--language", "fr"], "choose one of zh-CN, en"),
        ([CASE, "--bucket", "accord-nowhere"], "NoSuchBucket"),
        ([CASE, "--stage", "nowhere"], "Is --stage right"),
        ([CASE, "--stage", "Dev!"], "is no stage; choose dev or prod"),
    ],
)
def test_what_cannot_be_built_is_told_in_a_sentence(
    lived: Lived, tmp_path: Path, arguments: list[str], said: str
) -> None:
    out = tmp_path / "a.zip"
    assert said in refused("evidence", "build", *PLACE, "--out", out, *arguments)
    assert not out.exists()


def test_no_evidence_is_overwritten(lived: Lived, bundle: Path) -> None:
    before = bundle.read_bytes()
    assert "exists already" in refused("evidence", "build", CASE, *PLACE, "--out", bundle)
    assert bundle.read_bytes() == before


@pytest.fixture
def another_key(lived: Lived) -> Iterator[None]:
    """Another key under the alias: one that cannot sign evidence."""
    kms = boto3.client("kms")
    kept = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.delete_alias(AliasName=ALIAS)
    make_key("RSA_2048")
    yield
    kms.delete_alias(AliasName=ALIAS)
    kms.create_alias(AliasName=ALIAS, TargetKeyId=kept)


@pytest.mark.usefixtures("another_key")
def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "a.zip"
    assert "make it a ECC_NIST_P256 key" in refused("evidence", "build", CASE, *PLACE, "--out", out)


def test_what_does_not_verify_is_not_written(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A KMS whose signature is none of its key's, as moto's own is of a digest."""
    monkeypatch.setattr("moto.kms.utils.ECDSAPrivateKey.sign", lambda *_: b"none")
    out = tmp_path / "a.zip"
    assert "does not verify and was not written" in refused("evidence", "build", CASE, *PLACE, "--out", out)
    assert not out.exists()


def test_without_a_region_nothing_is_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    assert "set AWS_REGION" in refused("evidence", "build", CASE, *PLACE, "--out", tmp_path / "a.zip")


# --- verify -------------------------------------------------------------------------------------------


def test_without_a_key_it_says_what_is_not_proved(bundle: Path) -> None:
    checked = told("evidence", "verify", bundle)
    assert (checked["ok"], checked["origin_proved"]) == (True, False)
    said = run("evidence", "verify", bundle).stdout
    assert "Integrity only, not origin" in said
    assert checked["key_sha256"] in said


def test_with_the_key_it_says_who_signed(bundle: Path, key: Path) -> None:
    said = run("evidence", "verify", bundle, "--key", key).stdout
    assert "✓ Signed by the key you gave." in said
    assert "Integrity only" not in said


def test_another_key_is_told(lived: Lived, bundle: Path, tmp_path: Path) -> None:
    make_key(alias="alias/other")
    other = tmp_path / "other.pem"
    other.write_bytes(as_pem(boto3.client("kms").get_public_key(KeyId="alias/other")["PublicKey"]))
    result = run("evidence", "verify", bundle, "--key", other)
    assert result.exit_code == 1
    assert "key.pem is not the key you trust" in result.stdout


def test_the_first_altered_entry_is_named_in_words_and_in_json(bundle: Path, key: Path) -> None:
    members = unpack(bundle.read_bytes())
    lines = members["entries.jsonl"].split(b"\n")
    assert b'"kind":"FEEDBACK"' in lines[17]
    lines[17] = lines[17].replace("我失业了".encode(), "我有工作".encode())
    bundle.write_bytes(pack(members | {"entries.jsonl": b"\n".join(lines)}))
    result = run("evidence", "verify", bundle, "--key", key)
    assert result.exit_code == 1
    assert "NOT VERIFIED. First altered: entry 17 (FEEDBACK, a1)" in result.stdout
    first = told("evidence", "verify", bundle, "--key", key, code=1)["first_altered"]
    assert (first["index"], first["kind"], first["what"]) == (17, "FEEDBACK", "a1")


def test_a_hostile_bundle_cannot_write_to_the_terminal(bundle: Path) -> None:
    members = unpack(bundle.read_bytes())
    forged = members["entries.jsonl"] + b'{"index":25,"kind":"\\u001b[2J","what":"\\u202eevil"}\n'
    bundle.write_bytes(pack(members | {"entries.jsonl": forged}))
    said = run("evidence", "verify", bundle).stdout
    assert "entry 25" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_what_is_no_bundle_or_no_key_is_told(bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"hello")
    assert "cannot be checked: it is no zip file" in refused("evidence", "verify", other)
    assert "holds no public key in PEM" in refused("evidence", "verify", bundle, "--key", other)
    assert "No such file" in refused("evidence", "verify", tmp_path / "nothing")
    assert "Is a directory" in refused("evidence", "verify", tmp_path)
    os.truncate(other, MAX_BYTES + 1)
    assert f"{other} is larger than any bundle" in refused("evidence", "verify", other)
