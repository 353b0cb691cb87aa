"""The commands as processes of their own against the local engine, whose KMS signs digests as AWS does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.store import cases, rows
from tests.samples import CASE_ID, case
from tests.table import make_table

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An engine with a case, an archive and a key; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    own = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "localhost", "TZ": "UTC"}
    home = tmp_path_factory.mktemp("engine")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=os.environ | own | {"IOT_MTLS_ENABLED": "0"},
            cwd=home,
            stdout=log,
            stderr=log,
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", url)
        try:
            _fill()
            yield url
        finally:
            process.terminate()
            process.wait(20)
    rows.bind("accord-test", "us-east-1")


def _fill() -> None:
    for _ in range(200):
        try:
            boto3.client("sts").get_caller_identity()
            break
        except (BotoCoreError, ClientError):
            time.sleep(0.1)
    make_table(boto3.client("dynamodb"))
    cases.open_first(case())
    boto3.client("s3").create_bucket(Bucket="records")
    kms = boto3.client("kms")
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/accord-test-evidence", TargetKeyId=made)


def _run(*arguments: str | Path, code: int = 0) -> Any:
    """Run the command line where only --endpoint-url can tell it of the engine; return its JSON."""
    environment = {name: value for name, value in os.environ.items() if name != "AWS_ENDPOINT_URL"}
    command = [sys.executable, "-m", "infra.ops", *map(str, arguments), "--json"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def test_evidence_is_built_from_the_archive_the_stack_names_and_verified(engine: str, tmp_path: Path) -> None:
    out = tmp_path / "case.zip"
    place = ["--stage", "test", "--endpoint-url", engine]
    build: list[str | Path] = ["evidence", "build", str(CASE_ID), "--out", out, *place]
    assert "no output RecordsBucketName; deploy it, or give --bucket" in _run(*build, code=1)["error"]
    named = {"Outputs": {"RecordsBucketName": {"Value": "records"}}}
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}} | named
    boto3.client("cloudformation").create_stack(StackName="accord-test", TemplateBody=json.dumps(template))
    built = _run(*build)
    assert built["gaps"] == ["lender demo-bank"]
    assert _run("evidence", "verify", out)["head"] == built["head"]


def test_a_lender_is_set_up(engine: str) -> None:
    add = ["lender", "add", "--stage", "test", "--endpoint-url", engine, "docs/lender.json"]
    assert _run(*add)["webhook_secret"].startswith("whsec_")
    assert _run(*add)["webhook_secret"] is None
